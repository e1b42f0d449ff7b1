/** One half of what was said: its size, what is missing from it, and its JSON or text. */
import { useMemo, useState } from 'react';
import { formatBytes, formatCounted } from '../model/format.ts';
import { parseJson } from '../model/json.ts';
import type { EventItem, PayloadItem } from '../model/source.ts';
import { Button } from './Button.tsx';
import { CopyButton } from './CopyButton.tsx';
import { JsonTree } from './JsonTree.tsx';
import { RawText } from './RawText.tsx';

const TITLES = { request: 'Request', response: 'Response' } as const;

export interface PayloadProps {
  readonly part: 'request' | 'response';
  readonly payload: PayloadItem | undefined;
  readonly event: EventItem;
}

export function Payload({ part, payload, event }: PayloadProps) {
  const text = payload?.text;
  const parsed = useMemo(() => (text === undefined || text === '' ? undefined : parseJson(text)), [text]);
  const [raw, setRaw] = useState(false);
  const [query, setQuery] = useState('');
  const title = TITLES[part];
  if (text === undefined || text === '') {
    return (
      <section className="sl-payload" aria-label={title}>
        <header className="sl-payload__head">
          <h3>{title}</h3>
          <span className="sl-muted">{whyAbsent(part, payload, event)}</span>
        </header>
      </section>
    );
  }
  const tree = parsed?.ok === true && !raw;
  return (
    <section className="sl-payload" aria-label={title}>
      <header className="sl-payload__head">
        <h3>{title}</h3>
        <span className="sl-muted">{sizeWords(text, payload)}</span>
        {payload !== undefined && payload.redacted > 0 && (
          <span className="sl-badge">{formatCounted(payload.redacted, 'value')} redacted</span>
        )}
        {payload?.truncated === true && (
          <span className="sl-badge sl-tone" data-tone="denied">
            cut
          </span>
        )}
        <span className="sl-payload__tools">
          <input
            className="sl-input sl-payload__search"
            type="text"
            aria-label={`Search in the ${part}`}
            placeholder="Find…"
            value={query}
            onChange={(change) => setQuery(change.target.value)}
          />
          {parsed?.ok === true && (
            <Button small aria-pressed={raw} onClick={() => setRaw(!raw)}>
              Raw
            </Button>
          )}
          <CopyButton name={`Copy the ${part}`} words="Copy" text={() => text} />
        </span>
      </header>
      {tree && parsed.ok ? (
        <JsonTree value={parsed.value} query={query} label={`${title} as JSON`} />
      ) : (
        <RawText text={text} query={query} label={`${title} as text`} />
      )}
    </section>
  );
}

function sizeWords(text: string, payload: PayloadItem | undefined): string {
  const size = payload?.size ?? 0;
  if (payload?.truncated !== true) return formatBytes(size);
  return `shown ${formatBytes(new TextEncoder().encode(text).length)} of ${formatBytes(size)}`;
}

function whyAbsent(part: 'request' | 'response', payload: PayloadItem | undefined, event: EventItem): string {
  if (payload !== undefined && payload.text === undefined) {
    return `${formatBytes(payload.size)}, no longer kept: the archive gave it up to stay within its size`;
  }
  if (payload !== undefined && payload.size > 0)
    return `${formatBytes(payload.size)}, not captured (option payload-mode)`;
  if (part === 'response' && event.eventName === 'sightline.request' && event.responseSize === undefined) {
    return 'no answer came';
  }
  return event.payloadParts === 'none' && event.eventName === 'sightline.request'
    ? 'not captured (option payload-mode)'
    : 'none';
}
