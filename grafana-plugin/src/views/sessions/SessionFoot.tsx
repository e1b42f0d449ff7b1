/** Under a timeline: what the session adds up to, what is missing of it, and what it cost the model's context. */
import { memo, useMemo } from 'react';
import { formatBytes, formatCount, formatCounted, formatPercent } from '../../model/format.ts';
import { gapsOf, NO_GAPS } from '../../model/sessionGaps.ts';
import { contextCosts, totalParts } from '../../model/sessionTotals.ts';
import { leftOutWords, missingWords } from '../../model/sessionWords.ts';
import type { SessionItem } from '../../model/source.ts';
import { NO_FILTERS } from '../../model/viewState.ts';
import { Button } from '../Button.tsx';
import { CopyButton } from '../CopyButton.tsx';
import { Icon } from '../Icon.tsx';
import { Popover } from '../Popover.tsx';
import { Text } from '../Text.tsx';
import { usePorts } from '../ViewContext.tsx';
import type { OpenTimeline } from './useTimelines.ts';

export const SessionFoot = memo(function SessionFoot({
  session,
  own,
}: {
  readonly session: SessionItem;
  readonly own: OpenTimeline;
}) {
  const { setView, capabilities } = usePorts();
  const events = own.timeline.entries.list;
  const { state } = own.loading;
  const complete = state === 'done' || state === 'cut';
  const missing = useMemo(() => {
    if (!complete) return [];
    const { list, numbers, letGo } = own.timeline.entries;
    const gaps = state === 'cut' ? NO_GAPS : gapsOf(numbers, session, letGo);
    const cut = list.reduce((count, { event }) => count + (event.payloadTruncated ? 1 : 0), 0);
    const leftOut = leftOutWords(list.length, letGo, state === 'cut');
    return [...(leftOut === undefined ? [] : [leftOut]), ...missingWords(gaps, cut, session)];
  }, [complete, state, own.timeline.entries, session]);
  return (
    <div role="gridcell" className="sl-sum">
      <p className="sl-sum__totals">
        {totalParts(session).map(({ text, isError }) => (
          <span
            key={text}
            className={isError ? 'sl-tone' : undefined}
            data-tone={isError ? 'error' : undefined}
          >
            {text}
          </span>
        ))}
      </p>
      <div className="sl-sum__actions">
        {complete && events.length > 0 && <ContextCost own={own} />}
        {capabilities.only === undefined && (
          <Button
            small
            onClick={() =>
              setView({ tab: 'events', filters: { ...NO_FILTERS, session: [session.sessionId] }, q: '' })
            }
          >
            In the event log
          </Button>
        )}
        {capabilities.sessionWays?.(session)}
        <CopyButton
          name="Copy id of the session"
          words="Copy id"
          text={() => session.mcpSessionId ?? session.sessionId}
        />
      </div>
      {complete && (
        <p
          className={missing.length === 0 ? 'sl-sum__missing sl-muted' : 'sl-sum__missing sl-tone'}
          data-tone={missing.length === 0 ? undefined : 'denied'}
        >
          <Icon name={missing.length === 0 ? 'check' : 'warning'} />
          {missing.length === 0 ? 'complete: every event of this session is shown' : missing.join(' ')}
        </p>
      )}
    </div>
  );
});

function ContextCost({ own }: { readonly own: OpenTimeline }) {
  return (
    <Popover label="Context cost" side="right" button={{ small: true, children: 'Context cost' }}>
      {() => <ContextTable own={own} />}
    </Popover>
  );
}

/** Further tools are summed up in one line. */
const TOOLS_MAX = 12;

function ContextTable({ own }: { readonly own: OpenTimeline }) {
  const costs = useMemo(
    () => contextCosts(own.timeline.entries.list.map(({ event }) => event)),
    [own.timeline.entries],
  );
  if (costs.length === 0)
    return <p className="sl-muted">Nothing of this session went into the model's context.</p>;
  const rest = costs.slice(TOOLS_MAX);
  return (
    <table className="sl-cost">
      <caption>What went into the model's context, estimated at four bytes a token</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">Answers</th>
          <th scope="col">Size</th>
          <th scope="col">Tokens</th>
          <th scope="col">Share</th>
        </tr>
      </thead>
      <tbody>
        {costs.slice(0, TOOLS_MAX).map(({ tool, answers, bytes, tokens, share }) => (
          <tr key={tool ?? ''}>
            <th scope="row">{tool === undefined ? 'tool definitions' : <Text value={tool} />}</th>
            <td>{answers}</td>
            <td>{formatBytes(bytes)}</td>
            <td>{formatCount(tokens)}</td>
            <td>{formatPercent(share)}</td>
          </tr>
        ))}
        {rest.length > 0 && (
          <tr>
            <th scope="row">{formatCounted(rest.length, 'further tool')}</th>
            <td>{rest.reduce((sum, { answers }) => sum + answers, 0)}</td>
            <td>{formatBytes(rest.reduce((sum, { bytes }) => sum + bytes, 0))}</td>
            <td>{formatCount(rest.reduce((sum, { tokens }) => sum + tokens, 0))}</td>
            <td>{formatPercent(rest.reduce((sum, { share }) => sum + share, 0))}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
