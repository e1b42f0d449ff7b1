/**
 * What of an event filters and counts ask, and the rules of both: what is a call, what is an error, what a filter lets
 * through. The archive's file knows the same as columns and statements; a test holds them equal.
 */
import { type Attributes, ERROR_GROUP, type EventFilter, type EventItem } from '../contract/index.ts';
import { fold } from './fold.ts';

export interface Traits {
  readonly server: string | undefined;
  readonly tool: string | undefined;
  readonly method: string | undefined;
  readonly client: string | undefined;
  /** Name of the record. */
  readonly type: string;
  /** '' without one. */
  readonly outcome: string;
  /** 0 without one. */
  readonly status: number;
  /** A request of a client. */
  readonly call: boolean;
  readonly toolCall: boolean;
  /** Of the group that the product calls errors: neither ok, cancelled nor a probe. */
  readonly error: boolean;
}

export interface Judged extends Traits {
  /** Unix milliseconds. */
  readonly time: number;
  readonly session: string | undefined;
  /** The protocol's own session id. */
  readonly protocol: string | undefined;
  readonly message: string | undefined;
  /** Seconds. */
  readonly duration: number;
}

type Said = Pick<Traits, 'server' | 'tool' | 'method' | 'client'> & {
  readonly outcome: string | undefined;
  readonly status: number | undefined;
  readonly direction: string | undefined;
  readonly probe: boolean | undefined;
};

export function traitsOf(kind: string, attributes: Attributes): Traits {
  return judgeTraits(kind, {
    server: attributes['sightline.server.name'],
    tool: attributes['gen_ai.tool.name'],
    method: attributes['mcp.method.name'],
    client: attributes['sightline.client.name'],
    outcome: attributes['sightline.outcome'],
    status: attributes['http.response.status_code'],
    direction: attributes['sightline.direction'],
    probe: attributes['sightline.probe'],
  });
}

function judgeTraits(kind: string, { direction, probe, ...said }: Said): Traits {
  const outcome = said.outcome ?? '';
  const call = kind === 'sightline.request' && direction !== 'server_to_client';
  return {
    ...said,
    type: kind,
    outcome,
    status: said.status ?? 0,
    call,
    toolCall: call && said.method === 'tools/call',
    error: outcome !== '' && outcome !== 'ok' && outcome !== 'cancelled' && probe !== true,
  };
}

/** An event as it is shown. */
export function judge(item: EventItem): Judged {
  const traits = judgeTraits(item.eventName ?? '', {
    server: item.serverName,
    tool: item.genAiToolName,
    method: item.mcpMethodName,
    client: item.clientName,
    outcome: item.outcome,
    status: item.httpResponseStatusCode,
    direction: item.direction,
    probe: item.probe,
  });
  return {
    ...traits,
    time: item.time,
    session: item.sessionId,
    protocol: item.mcpSessionId,
    message: item.errorMessage,
    duration: item.duration ?? 0,
  };
}

export type Range = Pick<EventFilter, 'from' | 'to'>;

export function isWithin(time: number, { from = -Infinity, to = Infinity }: Range): boolean {
  return time >= from && time < to;
}

/** Which rows a filter lets through. Lists are alternatives; different fields must all hold. */
export function passing(filter: EventFilter): (row: Judged) => boolean {
  const { session, outcome, q } = filter;
  const isIn = (list: readonly unknown[] | undefined, value: unknown) => !list || list.includes(value);
  const isFound = q ? searching(q) : () => true;
  return (row) =>
    isWithin(row.time, filter) &&
    (!session || isIn(session, row.session) || isIn(session, row.protocol)) &&
    isIn(filter.server, row.server) &&
    isIn(filter.tool, row.tool) &&
    isIn(filter.method, row.method) &&
    isIn(filter.client, row.client) &&
    isIn(filter.type, row.type) &&
    isIn(filter.httpStatus, row.status) &&
    (!outcome || isIn(outcome, row.outcome) || (row.error && outcome.includes(ERROR_GROUP))) &&
    isFound([row.session, row.protocol, row.server, row.tool, row.method, row.client, row.message]);
}

/** Whether one of some texts has a text in it, upper and lower case alike. */
export function searching(q: string): (texts: readonly (string | undefined)[]) => boolean {
  const folded = fold(q);
  return (texts) => texts.some((text) => text !== undefined && fold(text).includes(folded));
}
