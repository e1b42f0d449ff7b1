/** Questions to Prometheus in PromQL. */
import { ask } from './ask.ts';
import type { Figure } from './loki.ts';

interface Vector {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [time: number, value: string];
    }[];
  };
}

/** The figures of a query now, or at a moment (Unix milliseconds). */
export async function queryFigures(
  prometheus: string,
  promql: string,
  at?: number,
): Promise<readonly Figure[]> {
  const answer = (await ask(prometheus, '/api/v1/query', {
    query: promql,
    time: at === undefined ? undefined : at / 1000,
  })) as Vector;
  return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

/** The one figure of a query; undefined when there is none. */
export async function queryFigure(
  prometheus: string,
  promql: string,
  at?: number,
): Promise<number | undefined> {
  const figures = await queryFigures(prometheus, promql, at);
  if (figures.length > 1) throw new Error(`${promql} gives ${figures.length} figures`);
  return figures[0]?.value;
}

export interface Exemplar {
  readonly series: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Exemplars of a range (Unix milliseconds). */
export async function queryExemplars(
  prometheus: string,
  promql: string,
  from: number,
  to: number,
): Promise<readonly Exemplar[]> {
  const answer = (await ask(prometheus, '/api/v1/query_exemplars', {
    query: promql,
    start: from / 1000,
    end: to / 1000,
  })) as {
    readonly data: readonly {
      readonly seriesLabels: Readonly<Record<string, string>>;
      readonly exemplars: readonly {
        readonly labels: Readonly<Record<string, string>>;
        readonly value: string;
      }[];
    }[];
  };
  return answer.data.flatMap(({ seriesLabels, exemplars }) =>
    exemplars.map(({ labels, value }) => ({ series: seriesLabels, labels, value: Number(value) })),
  );
}
