/**
 * The method table: every method of every revision, and which parameter names its target. Names never changed
 * between revisions, they were only added and removed, so one table serves all. Methods outside it are legal
 * (extensions, vendors); they have no target.
 * Sources: schema/2025-11-25/schema.ts, schema/2026-07-28/schema.ts, ext-tasks specification/draft/tasks.md.
 */
import { copyText, isObject, type Json, type JsonObject } from './jsonrpc.ts';

export interface MethodRow {
  /** What `params` names: a tool, a prompt, a resource. */
  readonly target?: 'tool' | 'prompt' | 'resource';
  /** Open for as long as the client likes: never reported as waiting, and its end is no failure. */
  readonly longLived?: true;
}

export const METHODS: Readonly<Record<string, MethodRow>> = {
  'completion/complete': {},
  'elicitation/create': {},
  initialize: {},
  'logging/setLevel': {},
  'notifications/cancelled': {},
  'notifications/elicitation/complete': {},
  'notifications/initialized': {},
  'notifications/message': {},
  'notifications/progress': {},
  'notifications/prompts/list_changed': {},
  'notifications/resources/list_changed': {},
  'notifications/resources/updated': { target: 'resource' },
  'notifications/roots/list_changed': {},
  'notifications/subscriptions/acknowledged': {},
  'notifications/tasks': {},
  'notifications/tasks/status': {},
  'notifications/tools/list_changed': {},
  ping: {},
  'prompts/get': { target: 'prompt' },
  'prompts/list': {},
  'resources/list': {},
  'resources/read': { target: 'resource' },
  'resources/subscribe': { target: 'resource' },
  'resources/templates/list': {},
  'resources/unsubscribe': { target: 'resource' },
  'roots/list': {},
  'sampling/createMessage': {},
  'server/discover': {},
  'subscriptions/listen': { longLived: true },
  'tasks/cancel': {},
  'tasks/get': {},
  'tasks/list': {},
  'tasks/result': {},
  'tasks/update': {},
  'tools/call': { target: 'tool' },
  'tools/list': {},
};

/** What a message is about; at most one of the three. */
export interface Target {
  readonly tool?: string;
  readonly prompt?: string;
  readonly resource?: string;
}

/** Longest name or URI that is kept: peers choose them. In UTF-16 units. */
export const NAME_LENGTH_MAX = 512;
/** Stands at the end of a name that was cut. */
const CUT_MARK = '…';

export function methodRow(method: string): MethodRow | undefined {
  return Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
}

/** The tool, prompt or resource that a message names. */
export function targetOf(method: string, params: JsonObject): Target {
  const target = methodRow(method)?.target;
  if (target === 'resource') {
    const resource = textOf(params.uri);
    return resource === undefined ? {} : { resource };
  }
  const name = target ? textOf(params.name) : undefined;
  if (name === undefined) return {};
  return target === 'tool' ? { tool: name } : { prompt: name };
}

/** A text a peer chose, capped, and marked where that cut it; undefined when it is not text. */
export function textOf(value: Json | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (value.length <= NAME_LENGTH_MAX) return value;
  const lengthMax = NAME_LENGTH_MAX - CUT_MARK.length;
  const isPair = (value.codePointAt(lengthMax - 1) ?? 0) > 0xffff;
  return cutText(value, isPair ? lengthMax - 1 : lengthMax) + CUT_MARK;
}

/** The beginning of a text that may be long, without keeping the rest. */
export function cutText(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : copyText(text.slice(0, lengthMax));
}

/** `name` and `version` of an Implementation (`clientInfo`, `serverInfo`). */
export function implementationOf(value: Json | undefined): { name?: string; version?: string } {
  if (!isObject(value)) return {};
  const name = textOf(value.name);
  const version = textOf(value.version);
  return { ...(name !== undefined && { name }), ...(version !== undefined && { version }) };
}
