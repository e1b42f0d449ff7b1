/**
 * The panel's benchmark: `npm run bench -- --panel`. Exports a past made by the real fold into the native stack, then
 * asks what the panel asks, through the same frames as in Grafana, and waits for rows as a view gets them. Neither
 * Grafana nor a browser is in it. Nothing else may run on the machine meanwhile.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PanelSource } from '../../grafana-plugin/src/data/panelPorts.ts';
import { createPanelSource } from '../../grafana-plugin/src/data/panelSource.ts';
import { findStack } from '../../scripts/stack/build.ts';
import { findFreePorts } from '../../scripts/stack/ports.ts';
import { startStack } from '../../scripts/stack/stack.ts';
import { grafanaLoki } from '../stack/grafanaLoki.ts';
import { grafanaTempo } from '../stack/grafanaTempo.ts';
import { ACTIVE_WINDOW_MS, exportInto } from '../stack/panelRig.ts';
import { fillArchive } from '../support/archiveOfHistory.ts';
import { LONG_CLIENT } from '../support/history.ts';
import { percentile } from './statistics.ts';

/** To be answered within, milliseconds at the median. */
export interface Question {
  readonly name: string;
  readonly target?: number;
  ask(source: PanelSource, signal: AbortSignal): Promise<unknown>;
}

export interface PanelFigures {
  readonly calls: number;
  readonly events: number;
  readonly times: readonly (Pick<Question, 'name' | 'target'> & {
    readonly p50: number;
    readonly worst: number;
  })[];
}

const RANGE_MS = 2 * 3_600_000;
const LONG_CALLS = 10_000;
const PAGE = 200;

/** @throws when the stack is not built. */
export async function measurePanel(
  calls: number,
  rounds: number,
  say: (line: string) => void,
): Promise<PanelFigures> {
  const binaries = findStack();
  if (typeof binaries === 'string') throw new Error(binaries);
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-panel-'));
  const stack = await startStack({ binaries, ports: await findFreePorts(), folder, retentionDays: 30 });
  try {
    const to = Date.now();
    const range = { from: to - RANGE_MS, to };
    say(`making ${calls.toLocaleString('en')} calls`);
    const longSessionCalls = Math.min(LONG_CALLS, calls / 10);
    const history = {
      calls,
      sessions: Math.ceil(calls / 60),
      longSessionCalls,
      fromMs: range.from,
      toMs: to,
    };
    const { events } = fillArchive(folder, history);
    say(`exporting ${events.toLocaleString('en')} records into the stack`);
    await exportInto(stack.addresses, path.join(folder, 'archive.sqlite'), 'bench');
    const { signal } = new AbortController();
    const open = (): PanelSource =>
      createPanelSource({
        shown: () => ({ frames: [], ...range, loading: false, errors: [] }),
        loki: grafanaLoki(stack.addresses.loki, 'legacy'),
        tempo: grafanaTempo(stack.addresses.tempo, 'backend'),
        now: () => to,
        activeWindow: ACTIVE_WINDOW_MS,
      });
    const questions = await questionsOf(open(), range, signal);
    const taken = new Map<string, number[]>(questions.map(({ name }) => [name, []]));
    // The first round is not counted: Loki's first questions after its start take seconds.
    for (let round = 0; round <= rounds; round++) {
      say(round === 0 ? 'asking everything once, uncounted' : `round ${round} of ${rounds}`);
      for (const { name, ask } of questions) {
        // A source of its own: nothing is remembered from the question before.
        const source = open();
        const begin = performance.now();
        await ask(source, signal);
        if (round > 0) taken.get(name)?.push(performance.now() - begin);
      }
    }
    const times = questions.map(({ name, target }) => {
      const sorted = (taken.get(name) ?? []).sort((a, b) => a - b);
      return {
        name,
        ...(target !== undefined && { target }),
        p50: percentile(sorted, 0.5) ?? 0,
        worst: sorted.at(-1) ?? 0,
      };
    });
    return { calls, events, times };
  } finally {
    await stack.stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Range = { readonly from: number; readonly to: number };

async function questionsOf(
  source: PanelSource,
  range: Range,
  signal: AbortSignal,
): Promise<readonly Question[]> {
  const long = (await source.sessions({ ...range, client: [LONG_CLIENT], limit: 1 }, signal)).items[0];
  const [event] = (await source.events({ ...range, type: ['sightline.request'], limit: 1 }, signal)).items;
  if (long === undefined || event?.eventId === undefined) throw new Error('Loki lacks what was exported');
  const { sessionId } = long;
  const { eventId } = event;
  const log = (name: string, target: number, filter: object): Question => ({
    name,
    target,
    ask: (one, ending) => one.events({ ...range, ...filter, limit: PAGE }, ending),
  });
  return [
    log('first rows of the event log', 1_000, {}),
    {
      name: 'first rows of the sessions',
      target: 1_000,
      ask: (one, ending) =>
        one.sessions({ ...range, sort: 'lastActivity', descending: true, limit: 100 }, ending),
    },
    {
      name: 'filter by session',
      target: 1_000,
      ask: async (one, ending) => {
        await one.session(sessionId, ending);
        await one.events({ ...range, session: [sessionId], limit: PAGE }, ending);
      },
    },
    log('filter by outcome', 1_000, { outcome: ['error'] }),
    log('filter by tool', 1_500, { tool: ['get_invoice'] }),
    log('filter that nothing passes', 1_500, { client: ['nobody'] }),
    log('text that occurs', 1_500, { q: 'payment' }),
    log('text that nothing has', 1_500, { q: 'no such words' }),
    {
      name: `session of ${(long.sessionCalls ?? 0).toLocaleString('en')} calls expanded, all its events`,
      target: 1_500,
      ask: async (one, ending) => {
        await one.session(sessionId, ending);
        let cursor: string | null = null;
        do {
          const limit: number = cursor === null ? PAGE : 1_000;
          const page: Awaited<ReturnType<PanelSource['sessionEvents']>> = await one.sessionEvents(
            sessionId,
            { limit, ...(cursor !== null && { cursor }) },
            ending,
          );
          cursor = page.next;
        } while (cursor !== null);
      },
    },
    {
      name: 'the same, its first screenful',
      target: 1_000,
      ask: async (one, ending) => {
        await one.session(sessionId, ending);
        await one.sessionEvents(sessionId, { limit: PAGE }, ending);
      },
    },
    { name: 'details of one event', ask: (one, ending) => one.event(eventId, ending) },
    { name: 'filter menus', ask: (one, ending) => one.facets(range, ending) },
    { name: 'totals of the range and of the one before', ask: (one, ending) => one.totals(range, ending) },
    { name: 'chart of 60 steps', ask: (one, ending) => one.series({ ...range, step: 120_000 }, ending) },
  ];
}
