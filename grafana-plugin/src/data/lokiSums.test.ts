/** Sums are asked once for a range and not at every look, and survive a Loki that allows few series. */
import { describe, expect, it } from 'vitest';
import type { Answered, LokiQuestion } from './ask.ts';
import type { Frame } from './frame.ts';
import { createPanelSource } from './panelSource.ts';

const { signal } = new AbortController();
const NOW = 1_795_168_800_000;
const HOUR = 3_600_000;

function series(
  labels: Readonly<Record<string, string>>,
  ...points: readonly (readonly [number, number])[]
): Frame {
  return {
    fields: [
      { name: 'Time', type: 'time', values: points.map(([time]) => time) },
      { name: 'Value', type: 'number', labels, values: points.map(([, value]) => value) },
    ],
  };
}

function rig(answer: (question: LokiQuestion) => Answered) {
  const asked: LokiQuestion[] = [];
  const source = createPanelSource({
    shown: () => ({ frames: [], from: NOW - HOUR, to: NOW, loading: false, errors: [] }),
    loki: async (question) => {
      asked.push(question);
      return answer(question);
    },
    now: () => NOW,
    activeWindow: 300_000,
  });
  return { source, asked, metrics: () => asked.filter(({ expr }) => !expr.startsWith('{')) };
}

const nothing: Answered = { frames: [], errors: [] };
const call = {
  event_name: 'sightline.request',
  sightline_direction: 'client_to_server',
  mcp_method_name: 'tools/call',
  sightline_server_name: 'shop',
  gen_ai_tool_name: 'refund',
  sightline_outcome: 'tool_error',
  http_response_status_code: '200',
};
const probe = {
  ...call,
  mcp_method_name: 'server/discover',
  sightline_outcome: 'rpc_error',
  sightline_probe: 'true',
};
const answerAll = ({ expr }: LokiQuestion): Answered => {
  if (expr.startsWith('avg_over_time')) return { frames: [series({}, [NOW, 0.5])], errors: [] };
  if (expr.startsWith('{')) return nothing;
  return {
    frames: [
      series(call, [NOW, 8]),
      series(probe, [NOW, 2]),
      series({ event_name: 'sightline.notification' }, [NOW, 5]),
    ],
    errors: [],
  };
};

describe('totals', () => {
  it('add up what Loki counted, by the rules of the archive', async () => {
    const { source } = rig(answerAll);
    const { current } = await source.totals({ from: NOW - HOUR, to: NOW }, signal);
    expect(current).toEqual({
      from: NOW - HOUR,
      to: NOW,
      sessions: 0,
      activeSessions: 0,
      events: 15,
      calls: 10,
      toolCalls: 8,
      errors: 8,
      averageDuration: 0.5,
    });
  });

  it('are not asked again until the range has moved by a sixtieth', async () => {
    const { source, metrics } = rig(answerAll);
    const at = (late: number) => source.totals({ from: NOW - HOUR + late, to: NOW + late }, signal);
    await at(0);
    const before = metrics().length;
    for (let late = 2_000; late < 60_000; late += 2_000) await at(late);
    expect(metrics()).toHaveLength(before);
    await at(61_000);
    expect(metrics().length).toBeGreaterThan(before);
  });
});

describe('filter menus', () => {
  it('come from one question, and are narrowed to a server without another', async () => {
    const { source, metrics } = rig(answerAll);
    const facets = await source.facets({}, signal);
    expect(facets.tools).toEqual([{ value: 'refund', count: 10, errors: 8 }]);
    expect(facets.httpStatuses).toEqual([{ value: 200, count: 10, errors: 8 }]);
    expect(facets.types.map(({ value }) => value)).toEqual(['sightline.request', 'sightline.notification']);
    expect((await source.facets({ server: ['files'] }, signal)).tools).toEqual([]);
    expect(metrics()).toHaveLength(1);
  });

  it('are asked one by one where all together are more series than Loki allows', async () => {
    const { source, metrics } = rig((question) => {
      if (question.expr.startsWith('topk')) return answerAll(question);
      return { frames: [], errors: ['maximum of series (500) reached for a single query'] };
    });
    const facets = await source.facets({ server: ['shop'] }, signal);
    expect(facets.tools).toEqual([{ value: 'refund', count: 10, errors: 8 }]);
    expect(facets.servers).toEqual([{ value: 'shop', count: 10, errors: 8 }]);
    expect(metrics().filter(({ expr }) => expr.startsWith('topk'))).toHaveLength(7);
  });

  it('that cannot be had are a sentence', async () => {
    const { source } = rig(() => ({ frames: [], errors: ['permission denied'] }));
    await expect(source.facets({}, signal)).rejects.toThrow('Loki says: permission denied.');
  });
});

describe('a series', () => {
  it('puts what Loki counted up to a moment into the step before it', async () => {
    const step = 60_000;
    const { source, metrics } = rig(({ expr }) => {
      const points = [
        [NOW - HOUR + step, 3],
        [NOW - HOUR + 3 * step, 4],
      ] as const;
      return { frames: [series(expr.startsWith('count(') ? {} : call, ...points)], errors: [] };
    });
    const { points } = await source.series({ from: NOW - HOUR, to: NOW, step }, signal);
    expect(points).toHaveLength(60);
    expect(points[0]).toEqual({ time: NOW - HOUR, sessions: 3, calls: 3, errors: 3 });
    expect(points[1]).toEqual({ time: NOW - HOUR + step, sessions: 0, calls: 0, errors: 0 });
    expect(points[2]).toEqual({ time: NOW - HOUR + 2 * step, sessions: 4, calls: 4, errors: 4 });
    expect(metrics()[0]).toMatchObject({ kind: 'range', from: NOW - HOUR + step, to: NOW, step });
  });
});

describe('what is missing', () => {
  it('is told by loss records, and a question about them that fails is a gap', async () => {
    const loss = {
      fields: [
        {
          name: 'labels',
          type: 'other',
          values: [
            {
              sightline_record: 'loss',
              sightline_loss_stage: 'queue',
              sightline_loss_reason: 'full',
              sightline_loss_count: '7',
            },
          ],
        },
        { name: 'Time', type: 'time', values: [NOW - 1_000] },
        { name: 'Line', type: 'string', values: ['queue full 7'] },
      ],
    };
    const asked = { from: NOW - HOUR, to: NOW, limit: 10 };
    const told = rig(({ expr }) => (expr.includes('"loss"') ? { frames: [loss], errors: [] } : nothing));
    expect((await told.source.events(asked, signal)).completeness).toEqual({
      complete: false,
      lost: [{ stage: 'queue', reason: 'full', count: 7 }],
      truncated: 0,
      unsampled: 0,
      shed: 0,
    });
    const failing = rig(({ expr }) => (expr.includes('"loss"') ? { frames: [], errors: ['no'] } : nothing));
    expect((await failing.source.events(asked, signal)).completeness.gaps).toEqual([
      'Whether anything was lost could not be asked.',
    ]);
    const partial = rig(({ expr }) =>
      expr.includes('"event"') ? { frames: [loss], errors: ['one part timed out'] } : nothing,
    );
    expect((await partial.source.events(asked, signal)).completeness.gaps).toEqual([
      'Loki says: one part timed out.',
    ]);
  });
});
