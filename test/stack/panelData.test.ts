/**
 * Two roads, one model: every story through the real collector, Loki and Tempo and the panel's questions, and through
 * the archive and the read API's, gives the same. Every third story goes by the other shapes of Grafana's frames.
 */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PanelSource } from '../../grafana-plugin/src/data/panelPorts.ts';
import type { EventDetail, EventItem, EventPage, SessionItem } from '../../proxy/src/contract/index.ts';
import type { ArchiveReader } from '../../proxy/src/observation/archive.ts';
import type { RecordedEvent } from '../../proxy/src/observation/event.ts';
import { openHistory } from '../../proxy/src/store/openHistory.ts';
import { eventsOf, readWire } from '../stories/replay.ts';
import { grafanaTempo } from './grafanaTempo.ts';
import { archiveRoad, exportInto, fillWith, panelRoad } from './panelRig.ts';
import { Recording } from './recordFrames.ts';
import { type Rig, startRig, whyNoStack } from './rig.ts';

const STORIES = path.join(import.meta.dirname, '..', 'stories');
const names = readdirSync(STORIES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const missing = whyNoStack();
const VISIBLE_MS = 60_000;
const { signal } = new AbortController();

let rig: Rig;
const files = new Map<string, string>();
const told = new Map<string, readonly RecordedEvent[]>();

beforeAll(async () => {
  if (missing !== undefined) return;
  rig = await startRig();
  for (const name of names) {
    const recorded = tell(name);
    told.set(name, recorded);
    const file = fillWith(rig.folder(name), recorded, endOf(recorded));
    files.set(name, file);
    await exportInto(rig.stack.addresses, file, name);
  }
}, 900_000);

afterAll(() => rig?.close());

/** A story with ids of its own: in one Tempo, spans with the ids of another story's would be taken for those. */
function tell(name: string): readonly RecordedEvent[] {
  const wire = readWire(path.join(STORIES, name, 'wire.jsonl'));
  const given = wire.find((line) => 'settings' in line)?.settings;
  const own = createHash('sha256').update(name).digest('hex');
  const events = eventsOf([{ at: 0, settings: { ...given, seed: own.slice(0, 32) } }, ...wire]);
  // Ids of the transport are counted from here on in every story.
  const text = JSON.stringify(events.filter((event) => event.kind !== 'traffic'));
  return JSON.parse(text.replaceAll('a0a0a0a0a0a0', own.slice(0, 12))) as readonly RecordedEvent[];
}

const millis = ({ timeNs }: RecordedEvent) => Math.floor(Number(timeNs.slice(0, -6)));
const endOf = (events: readonly RecordedEvent[]) => Math.max(...events.map(millis)) + 1_000;

interface Roads {
  readonly archive: ArchiveReader;
  readonly panel: PanelSource;
  readonly range: { readonly from: number; readonly to: number };
}

async function roadsOf(name: string): Promise<Roads> {
  const events = told.get(name) ?? [];
  const range = { from: Math.min(...events.map(millis)) - 1_000, to: endOf(events) };
  const now = () => range.to;
  const other = names.indexOf(name) % 3 === 2;
  const panel = panelRoad(rig.stack.addresses, {
    from: range.from,
    now,
    environment: name,
    loki: other ? 'dataplane' : 'legacy',
    tempo: other ? 'browser' : 'backend',
  });
  const archive = archiveRoad(files.get(name) ?? '', now);
  const wanted = archive.events({ ...range, limit: 1_000 }).items.length;
  await expect.poll(async () => (await all(panel, range)).length, { timeout: VISIBLE_MS }).toBe(wanted);
  return { archive, panel, range };
}

async function all(panel: PanelSource, range: Roads['range'], limit = 7): Promise<readonly EventItem[]> {
  const items: EventItem[] = [];
  let cursor: string | null = null;
  do {
    const page: EventPage = await panel.events(
      { ...range, limit, ...(cursor !== null && { cursor }) },
      signal,
    );
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

/**
 * What differs, and why:
 * - `sequence`: Loki has no order of writing; the panel counts arrivals.
 * - `startTime`: a record says when it was written and how long the request took; the archive has the start itself. They
 *   are apart by as long as the record was held back after the request's end.
 * - Text that is empty is absent in Loki.
 * - A session that was reopened a moment ago: until its next summary, 5 s later, the panel reads the session only up to
 *   its end. The archive finds a session's events without knowing when it was.
 */
function alike(item: EventItem): unknown {
  const { sequence: _, startTime: __, ...rest } = item;
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ''));
}
/** Milliseconds that a record is held back at most. */
const HELD_BACK_MS = 10;
const REOPENED = ['idle-end-reopens'];

/** Details: spans come from Tempo, in floating milliseconds. */
function alikeDetail({ payloads, upstreamSpans, ...event }: EventDetail): unknown {
  const spans = upstreamSpans.map((span) => ({
    ...span,
    startTime: Math.round(span.startTime * 100) / 100,
    endTime: Math.round(span.endTime * 100) / 100,
  }));
  return { ...(alike(event) as object), payloads, upstreamSpans: spans };
}

/** A minute after what is known of a session last. */
function upTo(sessions: readonly SessionItem[], id: string): number {
  const session = sessions.find(({ sessionId }) => sessionId === id);
  return (session?.sessionLastActivity ?? 0) + 31 * 60_000;
}

describe.skipIf(missing !== undefined).each(names)('%s', (name) => {
  it('has the same events, sessions, details and sums on both roads', async () => {
    const { archive, panel, range } = await roadsOf(name);
    const expected = archive.events({ ...range, limit: 1_000 });
    const items = await all(panel, range);
    expect(items.map(alike)).toEqual(expected.items.map(alike));
    for (const [at, { startTime }] of items.entries()) {
      const wanted = expected.items[at]?.startTime ?? 0;
      expect(startTime - wanted).toBeGreaterThan(-0.01);
      expect(startTime - wanted).toBeLessThan(HELD_BACK_MS);
    }

    for (const { eventId = '' } of items) {
      const detail = archive.event(eventId);
      const found = () => panel.event(eventId, signal);
      const spans = detail?.upstreamSpans.length ?? 0;
      // Tempo finds a trace a second after it was sent.
      await expect
        .poll(async () => (await found()).upstreamSpans.length, { timeout: VISIBLE_MS })
        .toBe(spans);
      expect(alikeDetail(await found())).toEqual(detail && alikeDetail(detail));
    }

    const sorted = { ...range, sort: 'session', descending: false, limit: 100 } as const;
    const sessions = await panel.sessions(sorted, signal);
    const kept = archive.sessions(sorted);
    expect(sessions.items).toEqual(kept.items);
    expect(sessions.completeness.lost).toEqual(kept.completeness.lost);
    for (const { sessionId } of sessions.items) {
      const byTime = (a: EventItem, b: EventItem) => (a.timeUnixNano < b.timeUnixNano ? -1 : 1);
      const own = await panel.sessionEvents(sessionId, { limit: 1_000 }, signal);
      const wanted = archive.sessionEvents(sessionId, { limit: 1_000 }).items;
      const known = REOPENED.includes(name)
        ? wanted.filter(({ time }) => time < upTo(sessions.items, sessionId))
        : wanted;
      expect(own.items.map(alike)).toEqual([...known].sort(byTime).map(alike));
      expect(await panel.session(sessionId, signal)).toEqual(archive.session(sessionId));
    }

    expect(await panel.facets(range, signal)).toEqual(archive.facets(range));
    const { current, completeness } = await panel.totals(range, signal);
    const { averageDuration = 0, ...counts } = current;
    const { averageDuration: wanted = 0, ...others } = archive.totals(range).current;
    expect(counts).toEqual(others);
    expect(averageDuration).toBeCloseTo(wanted, 6);
    expect(completeness).toEqual(archive.totals(range).completeness);
    const steps = { ...range, step: 60_000 };
    expect(await panel.series(steps, signal)).toEqual(archive.series(steps));
  });
});

/** Where the frames stand that unit tests of the plugin read; `-u` records them anew. */
const FRAMES = path.join(import.meta.dirname, '..', '..', 'grafana-plugin', 'src', 'testing', 'frames');
const RECORDED = 'retry-recovers';

describe.skipIf(missing !== undefined)('the frames that unit tests read', () => {
  it.each([
    ['legacy', 'backend'],
    ['dataplane', 'browser'],
  ] as const)('are what the data sources answer, %s and %s', async (loki, tempo) => {
    const { range } = await roadsOf(RECORDED);
    const recording = new Recording();
    const { addresses } = rig.stack;
    const panel = panelRoad(addresses, {
      from: range.from,
      now: () => range.to,
      environment: RECORDED,
      loki,
      tempo,
      recording,
    });
    const { items } = await panel.events({ ...range, limit: 50 }, signal);
    await panel.sessions({ ...range, limit: 50 }, signal);
    await panel.facets(range, signal);
    const call = items.find(({ genAiToolName }) => genAiToolName !== undefined);
    await panel.event(call?.eventId ?? '', signal);
    const own = `span.sightline.session.id = "${call?.sessionId}" && resource.deployment.environment.name = "${RECORDED}"`;
    const query = `{ ${own} } | select(span.sightline.outcome, span.sightline.request.size, span.sightline.probe)`;
    const question = { kind: 'search', query, ...range, limit: 50, spansPerTrace: 50 } as const;
    const search = grafanaTempo(addresses.tempo, tempo);
    await expect
      .poll(async () => (await search(question, signal)).frames[0]?.length, { timeout: VISIBLE_MS })
      .toBeGreaterThan(3);
    recording.hear(question, await search(question, signal));
    const instance = openHistory(files.get(RECORDED) ?? '').instanceId ?? 'none';
    const text = recording.toText({ [instance]: 'instance' });
    await expect(text).toMatchFileSnapshot(path.join(FRAMES, `stack-${loki}.json`));
  });
});
