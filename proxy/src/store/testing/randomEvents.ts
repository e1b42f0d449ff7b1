/** Random events, with the names that strangers choose, and random filters over them; seeded. For tests only. */
import type { EventFilter, Outcome } from '../../contract/index.ts';
import type { RecordedEvent } from '../../observation/event.ts';
import { aCall, aLoss, aNotification, aSummary } from '../../testing/events.ts';
import { START } from './archives.ts';

export { START };

/** Small, seeded, so that a failure can be repeated. */
function randomFrom(seed: number) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const maybe = <T>(value: () => T, chance = 0.5): T | undefined => (next() < chance ? value() : undefined);
  const some = <T>(from: readonly T[]): T[] => Array.from({ length: 1 + below(3) }, () => pick(from));
  return { below, pick, maybe, some };
}

const SERVERS = ['shop', 'Files', "o'brien"];
const TOOLS = [
  'search_products',
  'Refund%',
  'a_b',
  'axb',
  '__proto__',
  'tool"q"',
  '😀 Emoji',
  'É́tude',
  'NUL\0x',
  '',
];
const METHODS = ['tools/call', 'tools/list', 'Resources/Read'];
const CLIENTS = ['agent-runner', 'AGENT 2', 'ключ', '*', 'x'.repeat(300)];
const SESSIONS = ['f0', 'F1', 's%_', 'constructor'];
const PROTOCOLS = ['proto-1', 'f0'];
const ERRORS = ['Timeout after 5 s', '100% wrong_thing', 'line\nbreak', 'OR 1=1; --', '" NEAR "x'];
const OUTCOMES: readonly Outcome[] = ['ok', 'tool_error', 'cancelled', 'rpc_error', 'denied'];
const STATUSES = [200, 401, 500];
const TYPES = ['sightline.request', 'sightline.notification'];
const NEEDLES = [
  '%',
  '_',
  '"',
  "'",
  '*',
  '\0',
  '\\',
  'OR',
  'A',
  'e',
  '😀',
  '😀 e',
  'É',
  'éтюд',
  'КЛЮЧ',
  'f0',
  'TIMEOUT AFTER',
  'ag',
  'age',
  'agent-',
  'xxx',
  'wrong_t',
  'wrongxt',
  'break',
  'e\nb',
  ' ',
  'tools/',
  'proto',
  'zzz',
  '" NEAR',
  '__proto__',
];

export function randomEvents(seed: number, count: number): RecordedEvent[] {
  const { below, pick, maybe } = randomFrom(seed);
  return Array.from({ length: count }, (): RecordedEvent => {
    const said = { atMs: below(400_000) / 2, ns: below(3) };
    const shared = {
      'sightline.server.name': pick(SERVERS),
      'sightline.client.name': maybe(() => pick(CLIENTS)),
      'sightline.session.id': maybe(() => pick(SESSIONS), 0.8),
      'mcp.session.id': maybe(() => pick(PROTOCOLS), 0.3),
      'mcp.method.name': pick(METHODS),
    };
    const kind = below(12);
    if (kind === 0) return aLoss('queue', 'full', 1, said);
    if (kind === 1) return aSummary(pick(SESSIONS), said);
    if (kind === 2) return aNotification({ ...said, attributes: shared });
    const outcome = pick(OUTCOMES);
    return aCall({
      ...said,
      durationMs: below(50),
      attributes: {
        ...shared,
        'gen_ai.tool.name': maybe(() => pick(TOOLS), 0.8),
        'sightline.direction': pick(['client_to_server', 'client_to_server', 'server_to_client']),
        'sightline.outcome': outcome,
        'sightline.probe': maybe(() => true, 0.1),
        'sightline.error.message': outcome === 'ok' ? undefined : maybe(() => pick(ERRORS), 0.7),
        'http.response.status_code': maybe(() => pick(STATUSES), 0.9),
      },
    });
  });
}

export function randomFilter(seed: number): EventFilter {
  const { below, pick, maybe, some } = randomFrom(seed);
  const edge = () => START + pick([0, 60_000, 120_000, below(200_000), below(200_000) + 0.5]);
  const list = (key: string, values: readonly (string | number)[]) =>
    maybe(() => ({ [key]: [...some(values), ...(maybe(() => ['nowhere'], 0.2) ?? [])] }), 0.25);
  return {
    ...maybe(() => ({ from: edge() }), 0.4),
    ...maybe(() => ({ to: edge() }), 0.4),
    ...list('session', [...SESSIONS, ...PROTOCOLS]),
    ...list('server', SERVERS),
    ...list('tool', TOOLS),
    ...list('method', METHODS),
    ...list('client', CLIENTS),
    ...list('outcome', [...OUTCOMES, 'error', 'error']),
    ...list('httpStatus', STATUSES),
    ...list('type', TYPES),
    ...maybe(() => ({ q: pick(NEEDLES) }), 0.5),
  };
}
