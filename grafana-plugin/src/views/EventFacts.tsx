/** The facts of one event, in the order in which questions come: who, where, how long, how much, by which way. */
import { Fragment, type ReactNode } from 'react';
import { clientOf, sessionIdOf } from '../model/eventText.ts';
import { toggleValue } from '../model/filters.ts';
import { formatBytes, formatSeconds, formatTime } from '../model/format.ts';
import type { EventDetail, EventItem } from '../model/source.ts';
import { attemptWords, credentialWord, endReasonWords, sourceWords, typeWord } from '../model/words.ts';
import { Button } from './Button.tsx';
import { CopyButton } from './CopyButton.tsx';
import { Address, StatusChip } from './EventCells.tsx';
import { Icon } from './Icon.tsx';
import { Dash, Id, Text } from './Text.tsx';
import { TimingBar } from './TimingBar.tsx';
import { usePorts } from './ViewContext.tsx';

export function EventFacts({
  event,
  detail,
}: {
  readonly event: EventItem;
  readonly detail: EventDetail | undefined;
}) {
  const { zone, capabilities } = usePorts();
  const attempt = attemptWords(event);
  const client = clientOf(event);
  const facts: readonly (readonly [string, ReactNode] | undefined)[] = [
    ['Session', <SessionFact key="s" event={event} />],
    [
      'Client',
      client === undefined ? <Dash key="c" why="it did not say its name" /> : <Text key="c" value={client} />,
    ],
    ['Server', <ServerFact key="v" event={event} detail={detail} />],
    attempt === undefined ? undefined : ['Retry', attempt],
    event.roundNumber === undefined && event.operationDuration === undefined
      ? undefined
      : ['Rounds', roundWords(event)],
    event.resultType === undefined || event.resultType === 'complete'
      ? undefined
      : ['Answer', RESULT_WORDS[event.resultType]],
    event.sessionEndReason === undefined ? undefined : ['Ended', endReasonWords(event.sessionEndReason)],
    ['Record', typeWord(event.eventName ?? '')],
    [
      event.duration === undefined ? 'At' : 'Started',
      <span key="t" className="sl-mono">
        {formatTime(event.startTime, zone, 'withDate')}
      </span>,
    ],
    event.duration === undefined
      ? undefined
      : ['Time', <TimingBar key="b" event={event} firstByte={detail?.upstreamFirstByte} />],
    sizeWords(event) === undefined ? undefined : ['Size', sizeWords(event)],
    event.httpResponseStatusCode === undefined && detail?.httpRequestMethod === undefined
      ? undefined
      : ['HTTP', <HttpFact key="h" event={event} detail={detail} />],
    event.mismatch === undefined
      ? undefined
      : ['Mismatch', <Text key="m" value={`headers that contradict the body: ${event.mismatch}`} />],
    event.mcpProtocolVersion === undefined
      ? undefined
      : ['Protocol', <Text key="p" value={event.mcpProtocolVersion} />],
    event.credentialKind === undefined
      ? undefined
      : ['Credential', <CredentialFact key="k" event={event} detail={detail} />],
    event.clientAddress === undefined
      ? undefined
      : ['Address', <AddressFact key="a" event={event} detail={detail} />],
    detail?.userAgentOriginal === undefined
      ? undefined
      : ['User agent', <Text key="u" value={detail.userAgentOriginal} />],
    event.traceId === undefined
      ? undefined
      : ['Trace', <TraceFact key="r" traceId={event.traceId} event={event} />],
    capabilities.moreOfEvent?.(event),
    event.eventId === undefined
      ? undefined
      : ['Event', <CopyableId key="e" id={event.eventId} name="event id" />],
  ];
  return (
    <dl className="sl-facts">
      {facts.map((fact) =>
        fact === undefined ? null : (
          <Fragment key={fact[0]}>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </Fragment>
        ),
      )}
    </dl>
  );
}

const RESULT_WORDS = {
  input_required: 'asks the client for input',
  task: 'a task to poll',
  complete: 'complete',
} as const;

function SessionFact({ event }: { readonly event: EventItem }) {
  const { view, setView, capabilities } = usePorts();
  const { sessionId } = event;
  if (sessionId === undefined) return <Dash why="belongs to no session that could be known" />;
  const whole = sessionIdOf(event) ?? sessionId;
  return (
    <>
      <button
        type="button"
        className="sl-link"
        title={`Show the session ${whole}`}
        onClick={() => setView({ tab: 'sessions', openSession: sessionId, selected: undefined })}
      >
        <Id value={whole} />
      </button>{' '}
      <CopyButton name="Copy session id" text={() => whole} />
      {view.tab === 'events' && !view.filters.session.includes(sessionId) && (
        <Button small onClick={() => setView({ filters: toggleValue(view.filters, 'session', sessionId) })}>
          only this session
        </Button>
      )}
      {capabilities.eventSessionWays?.(event)}
      <div className="sl-muted">{sourceWords(event.sessionSource, event.sessionConfidence)}</div>
    </>
  );
}

function ServerFact({
  event,
  detail,
}: {
  readonly event: EventItem;
  readonly detail: EventDetail | undefined;
}) {
  const span = detail?.upstreamSpans[0];
  return (
    <>
      {event.serverName === undefined ? <Dash why="no server" /> : <Text value={event.serverName} />}
      {span?.serverAddress !== undefined && (
        <span className="sl-muted sl-mono">
          {' '}
          <Text
            value={
              span.serverPort === undefined ? span.serverAddress : `${span.serverAddress}:${span.serverPort}`
            }
          />
        </span>
      )}
    </>
  );
}

function HttpFact({
  event,
  detail,
}: {
  readonly event: EventItem;
  readonly detail: EventDetail | undefined;
}) {
  return (
    <>
      <StatusChip status={event.httpResponseStatusCode} />{' '}
      <span className="sl-mono">
        <Text value={[detail?.httpRequestMethod, detail?.urlPath].filter(Boolean).join(' ')} />
      </span>
    </>
  );
}

function CredentialFact({
  event,
  detail,
}: {
  readonly event: EventItem;
  readonly detail: EventDetail | undefined;
}) {
  return (
    <>
      {credentialWord(event.credentialKind ?? 'none')}
      {detail?.credentialPrefix !== undefined && (
        <span className="sl-mono">
          {' '}
          <Text value={detail.credentialPrefix} />
        </span>
      )}
    </>
  );
}

function AddressFact({
  event,
  detail,
}: {
  readonly event: EventItem;
  readonly detail: EventDetail | undefined;
}) {
  return (
    <>
      <Address event={event} />
      {detail?.clientPort !== undefined && <span className="sl-muted"> port {detail.clientPort}</span>}
    </>
  );
}

function TraceFact({ traceId, event }: { readonly traceId: string; readonly event: EventItem }) {
  const { capabilities } = usePorts();
  const link = capabilities.traceLink?.(traceId, event);
  return (
    <>
      <CopyableId id={traceId} name="trace id" />
      {link !== undefined && (
        <a href={link} target="_blank" rel="noreferrer">
          open the trace <Icon name="external" />
        </a>
      )}
      {event.sampled === false && <div className="sl-muted">no trace was kept: sampled out</div>}
    </>
  );
}

function CopyableId({ id, name }: { readonly id: string; readonly name: string }) {
  return (
    <>
      <Id value={id} /> <CopyButton name={`Copy ${name}`} text={() => id} />
    </>
  );
}

function sizeWords(event: EventItem): string | undefined {
  const parts = [
    event.requestSize === undefined ? undefined : `${formatBytes(event.requestSize)} sent`,
    event.responseSize === undefined ? undefined : `${formatBytes(event.responseSize)} came back`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

function roundWords(event: EventItem): string {
  return [
    event.roundNumber === undefined ? undefined : `round ${event.roundNumber}`,
    event.operationDuration === undefined
      ? undefined
      : `${formatSeconds(event.operationDuration)} over all rounds`,
    event.operationWaiting === undefined
      ? undefined
      : `${formatSeconds(event.operationWaiting)} of it waiting for the client`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}
