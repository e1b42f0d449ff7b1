/**
 * Session summaries: several instances' added up, and a session as the API shows it. Pure; the file and memory share
 * it, so that a session is the same in both.
 */
import type { Attributes, SessionItem, SessionTool } from '../contract/index.ts';
import { sessionMembers } from './items.ts';

/** A summary as one instance wrote it last. */
export interface Summary {
  readonly timeNs: string;
  readonly attributes: Attributes;
}

const STARTED = 'sightline.session.started';
const LAST = 'sightline.session.last_activity';
const SUMMED = [
  'sightline.session.events',
  'sightline.session.calls',
  'sightline.session.tool_calls',
  'sightline.session.errors',
  'sightline.session.retries',
  'sightline.session.recovered',
  'sightline.session.gave_up',
  'sightline.session.bytes',
  'sightline.session.tokens_estimated',
  'sightline.session.tool_time',
] as const;

/** A session over all its instances: a Map of tools, because one may be called `__proto__`. */
export interface Whole {
  readonly attributes: Attributes;
  readonly tools: ReadonlyMap<string, readonly [calls: number, errors: number]>;
}

/**
 * Newest summaries, one an instance, as one: the newest of all says what cannot be added, and whether the session goes
 * on, because a file has one writer at a time.
 */
export function addUp(summaries: readonly Summary[]): Whole {
  const [newest, ...others] = summaries.toSorted((a, b) => (a.timeNs < b.timeNs ? 1 : -1));
  if (!newest) return { attributes: {}, tools: new Map() };
  const tools = new Map<string, [number, number]>();
  for (const { attributes } of [newest, ...others]) addTools(tools, attributes['sightline.session.tools']);
  if (others.length === 0) return { attributes: newest.attributes, tools };
  const sum: Attributes = { ...newest.attributes };
  for (const { attributes } of others) {
    for (const key of SUMMED) sum[key] = (sum[key] ?? 0) + (attributes[key] ?? 0);
    sum[STARTED] = Math.min(sum[STARTED] ?? Infinity, attributes[STARTED] ?? Infinity);
    sum[LAST] = Math.max(sum[LAST] ?? 0, attributes[LAST] ?? 0);
    if (attributes['sightline.session.incomplete'] === true) sum['sightline.session.incomplete'] = true;
  }
  sum['sightline.session.duration'] = ((sum[LAST] ?? 0) - (sum[STARTED] ?? 0)) / 1000;
  const texts = [...tools].map(([name, counts]) => `${JSON.stringify(name)}:${JSON.stringify(counts)}`);
  sum['sightline.session.tools'] = `{${texts.join()}}`;
  return { attributes: sum, tools };
}

function addTools(tools: Map<string, [number, number]>, text: string | undefined): void {
  for (const [name, counts] of entriesOf(text)) {
    const [calls, errors] = Array.isArray(counts) ? counts.map(Number) : [];
    const known = tools.get(name) ?? [0, 0];
    tools.set(name, [known[0] + (calls || 0), known[1] + (errors || 0)]);
  }
}

/** `JSON.parse` makes `__proto__` a member like any other. */
function entriesOf(text: string | undefined): readonly (readonly [string, unknown])[] {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? Object.entries(value) : [];
  } catch {
    return [];
  }
}

/**
 * A session in the API's shape.
 * @param activeFrom Unix milliseconds from which on activity is lately.
 */
export function sessionItem(
  { attributes, tools }: Whole,
  mcpSessionId: string | undefined,
  activeFrom: number,
): SessionItem {
  const open = attributes['sightline.session.status'] === 'open';
  return {
    ...sessionMembers(attributes),
    sessionId: attributes['sightline.session.id'] ?? '',
    ...(mcpSessionId !== undefined && { mcpSessionId }),
    active: open && (attributes[LAST] ?? 0) >= activeFrom,
    tools: toolList(tools),
  } as unknown as SessionItem;
}

/** Most calls first. */
function toolList(tools: Whole['tools']): readonly SessionTool[] {
  const rows = [...tools].map(([name, [calls, errors]]) => ({ name, calls, errors }));
  return rows.sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1));
}

/** Longer names are alike. */
const NAME_MAX = 64;

/** What sessions are sorted by when it is by tools, as a text: how many, then the name of the first. */
export function toolsKey(tools: readonly Pick<SessionTool, 'name'>[]): string {
  const [first] = tools;
  return `${String(tools.length).padStart(6, '0')} ${[...(first?.name ?? '')].slice(0, NAME_MAX).join('')}`;
}
