/** A question to a data source: when it is answered, what an error is, and that a stranger's text stays text. */
import {
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceApi,
  LoadingState,
} from '@grafana/data';
import { concat, NEVER, Observable, of, throwError } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { type AskContext, lokiAsk, sentenceOf, tempoAsk, withoutVariables } from './askDataSource.ts';

type Query = (request: DataQueryRequest) => ReturnType<DataSourceApi['query']>;

function contextOf(query: Query, own?: Partial<DataQueryRequest>): AskContext {
  let count = 0;
  return {
    request: () => own as DataQueryRequest | undefined,
    dataSource: async () => ({ query }) as unknown as DataSourceApi,
    requestId: () => {
      count += 1;
      return `id-${count}`;
    },
    now: () => 5,
  };
}

const QUESTION = { kind: 'range', expr: '{a="b"}', from: 1_000, to: 2_000 } as const;
const frames = (...names: string[]): DataQueryResponse => ({
  data: names.map((name) => ({ name, fields: [], length: 0 })),
});
const live = () => new AbortController().signal;

describe('an answer', () => {
  it('is the last emission, whatever its state; those that stream come as parts', async () => {
    const parts: unknown[] = [];
    const ask = lokiAsk(
      'l',
      contextOf(() => of({ ...frames('one'), state: LoadingState.Streaming }, frames('one', 'two'))),
    );
    const { frames: last, errors } = await ask(QUESTION, live(), (part) => parts.push(part.frames.length));
    expect(last.map((frame) => frame.name)).toEqual(['one', 'two']);
    expect([errors, parts]).toEqual([[], [1]]);
  });

  it('may be a promise, and may be nothing', async () => {
    expect(
      (
        await lokiAsk(
          'l',
          contextOf(async () => frames('one')),
        )(QUESTION, live())
      ).frames,
    ).toHaveLength(1);
    expect(
      await lokiAsk(
        'l',
        contextOf(() => new Observable((own) => own.complete())),
      )(QUESTION, live()),
    ).toEqual({
      frames: [],
      errors: [],
    });
  });

  it('may have errors beside its frames', async () => {
    const ask = lokiAsk(
      'l',
      contextOf(() => of({ ...frames('one'), errors: [{ message: 'parse error' }] })),
    );
    expect(await ask(QUESTION, live())).toMatchObject({ errors: ['parse error'], frames: [{ name: 'one' }] });
  });

  it('that cannot be had is a sentence', async () => {
    const refused = { status: 403, data: { message: 'Access denied' } };
    await expect(
      lokiAsk(
        'l',
        contextOf(() => throwError(() => refused)),
      )(QUESTION, live()),
    ).rejects.toThrow('Access denied');
    expect([sentenceOf('text'), sentenceOf(7), sentenceOf({ status: 502 })]).toEqual([
      'text',
      'The data source could not be asked.',
      'The data source could not be asked (502).',
    ]);
  });

  it('that nobody waits for any more is given up', async () => {
    const ended = vi.fn();
    const ending = new AbortController();
    const endless = new Observable<DataQueryResponse>((own) => {
      const inner = concat(of(frames('one')), NEVER).subscribe(own);
      return () => {
        inner.unsubscribe();
        ended();
      };
    });
    const asked = lokiAsk(
      'l',
      contextOf(() => endless),
    )(QUESTION, ending.signal);
    await Promise.resolve();
    ending.abort();
    await expect(asked).rejects.toThrow();
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce());
  });
});

describe('a request', () => {
  const asked = async (ask: (context: AskContext) => Promise<unknown>, own?: Partial<DataQueryRequest>) => {
    const requests: DataQueryRequest[] = [];
    await ask(
      contextOf((request) => {
        requests.push(request);
        return of(frames());
      }, own),
    );
    return requests;
  };

  it('to Loki has its range, its limit and an id of its own', async () => {
    const requests = await asked(async (context) => {
      const ask = lokiAsk('loki-1', context);
      await ask({ ...QUESTION, limit: 50, direction: 'backward' }, live());
      await ask({ ...QUESTION, kind: 'instant', step: 60_000 }, live());
    });
    expect(requests[0]).toMatchObject({
      requestId: 'id-1',
      targets: [
        {
          refId: 'A',
          datasource: { type: 'loki', uid: 'loki-1' },
          expr: '{a="b"}',
          queryType: 'range',
          maxLines: 50,
          direction: 'backward',
        },
      ],
    });
    expect([requests[0]?.range.from.valueOf(), requests[0]?.range.to.valueOf()]).toEqual([1_000, 2_000]);
    expect(requests[1]).toMatchObject({
      requestId: 'id-2',
      intervalMs: 60_000,
      targets: [{ queryType: 'instant', step: '60000ms' }],
    });
  });

  it('to Tempo is a trace, or spans in a table', async () => {
    const requests = await asked(async (context) => {
      const ask = tempoAsk('t', context);
      await ask({ kind: 'trace', query: 'ab12', from: 1, to: 2 }, live());
      await ask({ kind: 'search', query: '{ }', from: 1, to: 2, limit: 9, spansPerTrace: 3 }, live());
    });
    expect(requests.map(({ targets: [target] }) => target)).toMatchObject([
      { queryType: 'traceId', query: 'ab12' },
      { queryType: 'traceql', tableType: 'spans', limit: 9, spss: 3 },
    ]);
  });

  it('carries what Grafana knows of the dashboard, and its filters', async () => {
    const own = {
      app: 'dashboard',
      dashboardUID: 'd',
      panelId: 7,
      timezone: 'utc',
      filters: [{ key: 'k', operator: '=', value: 'v' }],
    };
    const [request] = await asked((context) => lokiAsk('l', context)(QUESTION, live()), own);
    expect(request).toMatchObject(own);
  });
});

it('a stranger’s text names no variable of the dashboard', () => {
  expect(withoutVariables('{a="$__all ${x} [[y]]"} |= "\\"$z" | b > 3')).toBe(
    '{a="\\x24__all \\x24{x} \\x5b\\x5by]]"} |= "\\"\\x24z" | b > 3',
  );
});
