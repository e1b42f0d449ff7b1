/** What stands in the panel when its queries are none that it can draw: what is wrong, and the queries to use. */
import { TARGETS } from '../data/targets.ts';
import { formatCounted } from '../model/format.ts';
import { CopyButton } from '../views/CopyButton.tsx';
import type { Standing } from './standing.ts';

export function Unusable({
  standing,
}: {
  readonly standing: Exclude<Standing, { kind: 'ready' | 'loading' }>;
}) {
  return (
    <div role="alert" className="sl-state sl-unusable">
      <h2>{TITLES[standing.kind]}</h2>
      <p>{sentence(standing)}</p>
      {(standing.kind === 'foreign' || standing.kind === 'nothing') && (
        <>
          <p>
            Choose the Loki data source that Sightline's collector writes to, in the panel's options or in
            these two queries:
          </p>
          <Query name="A: sessions" expr={TARGETS.sessions} />
          <Query name="B: events" expr={TARGETS.events} />
        </>
      )}
    </div>
  );
}

const TITLES = {
  foreign: "These are not Sightline's records",
  nothing: 'This panel has no data source yet',
  streams: 'The option Streams cannot be read',
  failed: 'The queries of this panel fail',
} as const;

function sentence(standing: Exclude<Standing, { kind: 'ready' | 'loading' }>): string {
  if (standing.kind === 'failed') return standing.message;
  if (standing.kind === 'nothing') {
    return 'It shows MCP sessions and events that the Sightline proxy recorded.';
  }
  if (standing.kind === 'streams') {
    return 'It takes labels with their values, as service_name="sightline", deployment_environment_name="production".';
  }
  const rows = formatCounted(standing.rows, 'row');
  return `The panel's queries gave ${rows}, none with the labels of a record that the Sightline proxy wrote.`;
}

function Query({ name, expr }: { readonly name: string; readonly expr: string }) {
  return (
    <figure className="sl-first__config">
      <figcaption>
        <span className="sl-muted">{name}</span>
        <CopyButton name={`Copy the query ${name}`} words="Copy" text={() => expr} />
      </figcaption>
      <textarea className="sl-mono" aria-label={name} readOnly rows={2} value={expr} />
    </figure>
  );
}
