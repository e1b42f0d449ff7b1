/** Frames as a real Grafana 12.3 answered them, and what damage may do to them: never an exception. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { storyEvents } from '../testing/events.ts';
import { frameOf, rowOfEvent, slimRow } from '../testing/lokiRows.ts';
import type { Frame } from './frame.ts';
import { readFigures, readLogRows, readSeries } from './lokiFrames.ts';
import { createPanelSource } from './panelSource.ts';
import { recognise } from './recognise.ts';
import { readSpans } from './tempoFrames.ts';

interface Wire {
  readonly schema: {
    readonly name?: string;
    readonly refId?: string;
    readonly meta?: unknown;
    readonly fields: readonly object[];
  };
  readonly data: { readonly values: readonly unknown[][]; readonly nanos?: readonly (unknown[] | null)[] };
}

/** A back end's answer with its columns put into the fields, as Grafana does. */
function recorded(name: string): readonly Frame[] {
  const file = new URL(`../testing/frames/${name}.json`, import.meta.url);
  const { response } = JSON.parse(readFileSync(file, 'utf8')) as {
    response: { results: { A: { frames?: readonly Wire[] } } };
  };
  return (response.results.A.frames ?? []).map(({ schema, data }) => ({
    ...schema,
    fields: schema.fields.map((field, at) => ({
      ...(field as { name: string; type: string }),
      values: data.values[at] ?? [],
      nanos: data.nanos?.[at] ?? undefined,
    })),
  }));
}

function inBrowser(name: string): readonly Frame[] {
  const file = new URL('../testing/frames/in-the-browser.json', import.meta.url);
  const all = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { readonly frames: readonly Frame[] }>;
  return all[name]?.frames ?? [];
}

describe('Loki', () => {
  it.each([
    ['the back end', recorded('loki-logs'), 6],
    ['the browser', inBrowser('loki-logs'), 4],
  ])('gives its lines with time, line and labels, from %s', (_, frames, count) => {
    const { rows, damaged } = readLogRows(frames);
    expect(rows).toHaveLength(count);
    expect(damaged).toBe(0);
    expect(rows[0]).toMatchObject({
      timeNs: expect.stringMatching(/^17952\d{14}$/),
      line: expect.stringContaining('tools/call'),
      labels: { service_name: 'sightline', event_name: 'sightline.request' },
    });
  });

  it('gives nothing from an empty answer', () => {
    expect(readLogRows(recorded('loki-empty'))).toEqual({ rows: [], damaged: 0 });
    expect(readLogRows(inBrowser('loki-logs-error'))).toEqual({ rows: [], damaged: 0 });
  });

  it('gives the series of a metric by their labels, and the newest figure of each', () => {
    const frames = recorded('loki-metric');
    const [series] = readSeries(frames);
    expect(series?.labels).toEqual({ gen_ai_tool_name: 'create_payment' });
    expect(series?.points[0]).toEqual([1795217400000, expect.any(Number)]);
    expect(readFigures(frames)[0]?.value).toBe(series?.points.at(-1)?.[1]);
    expect(readLogRows(frames).rows).toEqual([]);
  });

  it('of an instant query are read from the table that the browser makes of them', () => {
    const table = {
      refId: 'A',
      fields: [
        { name: 'Time', type: 'time', values: [5, 5] },
        { name: 'outcome', type: 'string', values: ['ok', ''] },
        { name: 'Value #A', type: 'number', values: [3, 4] },
      ],
    };
    expect(readFigures([table])).toEqual([
      { labels: { outcome: 'ok' }, value: 3 },
      { labels: {}, value: 4 },
    ]);
  });

  it('says the same in both shapes, to the nanosecond', () => {
    const rows = storyEvents('retry-recovers').map(rowOfEvent);
    const legacy = readLogRows([frameOf(rows, 'legacy')]);
    expect(readLogRows([frameOf(rows, 'dataplane')])).toEqual(legacy);
    expect(legacy.rows.map(({ timeNs }) => timeNs)).toEqual(rows.map(({ timeNs }) => timeNs));
  });
});

describe('Tempo', () => {
  it('gives a trace with parents, kinds and attributes', () => {
    const [server, client] = readSpans(recorded('tempo-trace-by-id'));
    expect(server).toMatchObject({
      traceId: '00793d1f9355767a83d9b8f523d784cc',
      kind: 'server',
      parentSpanId: undefined,
      attributes: { 'sightline.outcome': 'ok', 'sightline.request.size': 300 },
    });
    expect(client).toMatchObject({ kind: 'client', parentSpanId: server?.spanId });
    expect((client?.endTime ?? 0) - (client?.startTime ?? 0)).toBeCloseTo(40, 3);
    expect(readSpans(inBrowser('tempo-trace'))).toHaveLength(2);
  });

  it('gives found spans alike from the back end and from the browser, but for the types', () => {
    const backend = readSpans(recorded('tempo-traceql-spans')).find(
      ({ spanId }) => spanId === 'f86e5bd3ad9ff4b2',
    );
    const browser = readSpans(inBrowser('tempo-spans')).find(({ spanId }) => spanId === 'f86e5bd3ad9ff4b2');
    expect(backend?.traceId).toBe('0ce81dcbd0b7ffc2b6c73b8c3e4c61b2');
    expect(browser?.traceId).toBe(backend?.traceId);
    expect(browser?.startTime).toBeCloseTo(backend?.startTime ?? 0, 2);
    expect((backend?.endTime ?? 0) - (backend?.startTime ?? 0)).toBeCloseTo(50, 3);
    expect(backend?.attributes['sightline.request.size']).toBe(300);
    expect(browser?.attributes['sightline.request.size']).toBe('300');
  });

  it('gives no spans from a list of traces', () => {
    expect(readSpans(recorded('tempo-traceql-traces'))).toEqual([]);
  });
});

describe('frames are recognised', () => {
  it('as ours, slim or not, or as somebody else’s', () => {
    const rows = storyEvents('retry-recovers').map(rowOfEvent);
    const slim = rows.map((row) => slimRow(row, 'event'));
    const none = { sessions: 0, events: 0, spans: 0, foreign: 0 };
    expect(recognise([frameOf(rows)])).toEqual({ ...none, events: rows.length });
    expect(recognise([frameOf(slim, 'dataplane')])).toEqual({ ...none, events: rows.length });
    expect(recognise(recorded('tempo-traceql-spans'))).toEqual({ ...none, spans: 5 });
    expect(recognise(recorded('loki-metric')).foreign).toBeGreaterThan(0);
    expect(recognise([frameOf([{ timeNs: '1795217400000000000', line: 'GET /', labels: {} }])])).toEqual({
      ...none,
      foreign: 1,
    });
    expect(recognise([])).toEqual(none);
  });
});

/** Small, seeded, so that a failure can be repeated. */
function randomFrom(seed: number) {
  let state = seed;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return { below, pick: <T>(from: readonly T[]): T => from[below(from.length)] as T };
}

const JUNK: readonly unknown[] = [
  undefined,
  null,
  '',
  'sl1e\t',
  'sl1s\ts\tj{"__proto__":[1,"x"]}',
  'sl1e\tnsightline.request\tD1e999\tia',
  0,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  1e300,
  true,
  [],
  {},
  { sightline_record: 'session', sightline_session_id: { toString: 'no' }, sightline_session_tools: '{' },
  { sightline_record: 'payload', sightline_event_id: 'x', sightline_payload_part: 'request' },
  { sightline_record: 'event', event_name: 'sightline.request', sightline_duration: '-5' },
  [null, { key: 'a' }, 7],
  '99999999999999999999999999',
  '{"a":',
];

describe('damage', () => {
  it('never makes anything throw', async () => {
    const { signal } = new AbortController();
    const rows = storyEvents('retry-recovers').map(rowOfEvent);
    const whole: readonly Frame[] = [
      ...recorded('loki-logs'),
      ...recorded('loki-metric'),
      ...recorded('tempo-traceql-spans'),
      ...recorded('tempo-traceql-traces'),
      ...recorded('tempo-trace-by-id'),
      frameOf(rows),
      frameOf(
        rows.map((row) => slimRow(row, 'event')),
        'dataplane',
      ),
    ];
    for (let seed = 1; seed <= 400; seed++) {
      const frames = damage(whole, seed);
      const source = createPanelSource({
        shown: () => ({ frames, from: 0, to: 2e12, loading: false, errors: [] }),
        now: () => 1_795_221_008_359,
        activeWindow: 300_000,
      });
      recognise(frames);
      const events = await source.events({ limit: 50, q: 'a' }, signal);
      await source.events({ after: 3 }, signal);
      await source.sessions({ sort: 'tools' }, signal);
      await source.facets({ server: ['shop'] }, signal);
      await source.totals({ from: 0, to: 2e12 }, signal);
      await source.series({ from: 1_795_217_400_000, to: 1_795_221_000_000, step: 60_000 }, signal);
      for (const { eventId } of events.items) if (eventId !== undefined) await source.event(eventId, signal);
      let text = '';
      for await (const piece of source.exportEvents({}, 'har', signal)) text += piece;
      expect(() => JSON.parse(text), `seed ${seed}`).not.toThrow();
    }
  });
});

/** Changes names, types, lengths and values of frames, and leaves parts out. */
function damage(frames: readonly Frame[], seed: number): readonly Frame[] {
  const { below, pick } = randomFrom(seed);
  return frames.flatMap((frame): Frame[] => {
    if (below(5) === 0) return [pick(JUNK) as Frame, frame];
    if (below(8) === 0) return [{ ...frame, fields: pick(JUNK) as Frame['fields'] }];
    const fields = frame.fields.flatMap((field) => {
      switch (below(8)) {
        case 0:
          return [];
        case 1:
          return [{ ...field, values: pick([[], [1], JUNK, undefined as never]) }];
        case 2:
          return [{ ...field, type: pick(['time', 'number', 'string', 'other', '']) }];
        case 3:
          return [{ ...field, nanos: JUNK, labels: pick(JUNK) as never }];
        case 4:
          return [field, { ...field, values: Array.from(field.values, () => pick(JUNK)) }];
        case 5:
          return [
            { ...field, values: Array.from(field.values, (value) => (below(3) === 0 ? pick(JUNK) : value)) },
          ];
        case 6:
          return [pick(JUNK) as typeof field];
        default:
          return [field];
      }
    });
    return [{ ...frame, meta: pick([frame.meta, ...JUNK]), fields }];
  });
}
