/**
 * Facets, totals and series from Loki, as metric queries. Each looks through the whole range and takes most of a
 * second, so what was counted for a range serves one that has hardly moved.
 */
import type { Facets, Series, Totals } from 'sightline/contract';
import { type Countable, countFacets, type EventSums, type Menu, stepsOf, totalOf } from 'sightline/reading';
import type { Flags } from '../model/completeness.ts';
import type { Answered } from './ask.ts';
import { askMetric, type LokiRoad } from './askLines.ts';
import { labelOf } from './attributes.ts';
import { selector } from './logql.ts';
import { readFigures, readSeries } from './lokiFrames.ts';
import type { LokiSessions } from './lokiSessions.ts';
import type { SessionBook } from './sessionBook.ts';

type Range = { readonly from: number; readonly to: number };

const KIND = labelOf('event.name');
const DIRECTION = labelOf('sightline.direction');
const METHOD = labelOf('mcp.method.name');
const OUTCOME = labelOf('sightline.outcome');
const PROBE = labelOf('sightline.probe');
const TRUNCATED = labelOf('sightline.payload.truncated');
const SAMPLED = labelOf('sightline.sampled');
const SERVER = labelOf('sightline.server.name');
const TOOL = labelOf('gen_ai.tool.name');
const CLIENT = labelOf('sightline.client.name');
const STATUS = labelOf('http.response.status_code');
const DURATION = labelOf('sightline.duration');
const SESSION = labelOf('sightline.session.id');

const IS_REQUEST = `| ${KIND}="sightline.request"`;
const IS_CALL = `${IS_REQUEST} | ${DIRECTION}!="server_to_client"`;
const MENUS = {
  server: SERVER,
  tool: TOOL,
  method: METHOD,
  client: CLIENT,
  outcome: OUTCOME,
  status: STATUS,
  type: KIND,
} as const satisfies Record<Menu, string>;
/** Rows of one menu. */
const MENU_MAX = 500;

export class LokiSums {
  readonly #road: LokiRoad;
  readonly #sessions: LokiSessions;
  readonly #book: SessionBook;
  readonly #activeWindow: number;
  readonly #counted = new Ranges<EventSums & Flags>();
  readonly #facets = new Ranges<readonly Figure[]>();
  readonly #totals = new Ranges<Omit<Totals, 'completeness'>>();
  readonly #series = new Ranges<Series>();

  constructor(road: LokiRoad, sessions: LokiSessions, book: SessionBook, activeWindow: number) {
    this.#road = road;
    this.#sessions = sessions;
    this.#book = book;
    this.#activeWindow = activeWindow;
  }

  async facets(
    filter: Partial<Range> & { readonly server?: readonly string[] | undefined },
    fallback: Range,
    signal: AbortSignal,
  ): Promise<Facets> {
    const range = { from: filter.from ?? fallback.from, to: filter.to ?? fallback.to };
    const figures = await this.#facets.of(range, '', () => this.#count(range, signal));
    return countFacets(figures.map(countableOf), filter.server);
  }

  async totals(range: Range, signal: AbortSignal): Promise<Omit<Totals, 'completeness'>> {
    return this.#totals.of(range, '', async () => {
      const before = { from: 2 * range.from - range.to, to: range.from };
      // One after the other: each of them keeps both cores of a small machine busy.
      await this.#sessions.load(before, signal);
      await this.#sessions.load(range, signal);
      const current = await this.#eventSums(range, signal);
      const previous = await this.#eventSums(before, signal);
      const now = this.#road.now();
      const total = (span: Range, sums: EventSums) =>
        totalOf(span, sums, this.#book.within(span, now), this.#activeWindow);
      return { current: total(range, current), previous: total(before, previous) };
    });
  }

  /** What is known of a range's flags already; asking for them alone is not worth a second. */
  flagsOf(range: Range): Flags | undefined {
    return this.#counted.known(range, '');
  }

  series({ from, to, step }: Range & { readonly step: number }, signal: AbortSignal): Promise<Series> {
    return this.#series.of({ from, to }, String(step), async () => {
      const points = stepsOf(from, to, step);
      const [first, last] = [points[0], points.at(-1)];
      if (first === undefined || last === undefined) return { from, to, step, points };
      const window = `[${step}ms]`;
      const streams = this.#events();
      const counts = `sum by (${OUTCOME}, ${PROBE}) (count_over_time(${streams} ${IS_CALL} ${window}))`;
      const sessions = `count(sum by (${SESSION}) (count_over_time(${streams} ${IS_REQUEST} | ${SESSION}!="" ${window})))`;
      // A value at a moment is of the step before it.
      const question = { kind: 'range', from: first.time + step, to: last.time + step, step } as const;
      const ask = (expr: string) => askMetric(this.#road, { ...question, expr }, signal);
      const answers = await Promise.all([ask(counts), ask(sessions)]);
      const at = (time: number) => points[Math.round((time - step - first.time) / step)];
      for (const { labels, points: found } of readSeries(answers[0].frames)) {
        for (const [time, value] of found) {
          const point = at(time);
          if (point === undefined) continue;
          point.calls += value;
          if (isError(labels)) point.errors += value;
        }
      }
      for (const { points: found } of readSeries(answers[1].frames)) {
        for (const [time, value] of found) Object.assign(at(time) ?? {}, { sessions: value });
      }
      return { from, to, step, points };
    });
  }

  async #eventSums(range: Range, signal: AbortSignal): Promise<EventSums & Flags> {
    return this.#counted.of(range, '', async () => {
      const by = [KIND, DIRECTION, METHOD, OUTCOME, PROBE, TRUNCATED, SAMPLED].join(', ');
      const figures = await this.#instant(
        `sum by (${by}) (count_over_time(${this.#events()} ${window(range)}))`,
        range,
        signal,
      );
      const mean = await this.#instant(
        `avg_over_time(${this.#events()} ${IS_CALL} | ${DURATION}!="" | unwrap ${DURATION} | __error__="" ${window(range)}) by (service_name)`,
        range,
        signal,
      );
      const rows = figures.map((figure) => ({ ...countableOf(figure), labels: figure.labels }));
      const sum = (which: (row: (typeof rows)[number]) => boolean) =>
        rows.reduce((total, row) => total + (which(row) ? row.count : 0), 0);
      const isCall = ({ labels }: (typeof rows)[number]) =>
        labels[KIND] === 'sightline.request' && labels[DIRECTION] !== 'server_to_client';
      const calls = sum(isCall);
      return {
        events: sum(() => true),
        calls,
        toolCalls: sum((row) => isCall(row) && row.labels[METHOD] === 'tools/call'),
        errors: sum((row) => isCall(row) && row.error),
        spent: (mean[0]?.value ?? 0) * calls,
        truncated: sum(({ labels }) => labels[TRUNCATED] === 'true'),
        unsampled: sum(({ labels }) => labels[SAMPLED] === 'false'),
      };
    });
  }

  /** All menus by one question; where that makes more series than Loki allows, one question a menu. */
  async #count(range: Range, signal: AbortSignal): Promise<readonly Figure[]> {
    const counted = (labels: readonly string[]) => {
      const by = [...new Set([SERVER, ...labels, OUTCOME, PROBE])].join(', ');
      return `sum by (${by}) (count_over_time(${this.#events()} ${window(range)}))`;
    };
    try {
      return await this.#instant(counted(Object.values(MENUS)), range, signal);
    } catch (error) {
      if (!isTooMany(error)) throw error;
    }
    const figures: Figure[] = [];
    for (const menu of Object.keys(MENUS) as Menu[]) {
      const expr = `topk(${MENU_MAX}, ${counted([MENUS[menu]])})`;
      const found = await this.#instant(expr, range, signal);
      figures.push(...found.map((figure) => ({ ...figure, menu })));
    }
    return figures;
  }

  async #instant(expr: string, { from, to }: Range, signal: AbortSignal): Promise<readonly Figure[]> {
    const answered: Answered = await askMetric(this.#road, { kind: 'instant', expr, from, to }, signal);
    return readFigures(answered.frames);
  }

  #events(): string {
    return selector({ labels: this.#road.labels, records: ['event'] });
  }
}

interface Figure {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** The one menu that it was counted for. */
  readonly menu?: Menu;
}

function countableOf({ labels, value, menu }: Figure): Countable & { readonly count: number } {
  const said = (label: string) => labels[label] || undefined;
  return {
    server: said(SERVER),
    tool: said(TOOL),
    method: said(METHOD),
    client: said(CLIENT),
    outcome: said(OUTCOME) ?? '',
    status: Number(said(STATUS) ?? 0),
    type: said(KIND) ?? '',
    error: isError(labels),
    count: value,
    menu,
  };
}

/** As `judge` has it: neither ok, cancelled nor a probe. */
function isError(labels: Readonly<Record<string, string>>): boolean {
  const outcome = labels[OUTCOME] ?? '';
  return outcome !== '' && outcome !== 'ok' && outcome !== 'cancelled' && labels[PROBE] !== 'true';
}

function isTooMany(error: unknown): boolean {
  return error instanceof Error && /maximum (number )?of series|too many series/i.test(error.message);
}

function window({ from, to }: Range): string {
  return `[${Math.max(1, Math.ceil(to - from))}ms]`;
}

/** Answers by range, for ranges that have hardly moved since. */
class Ranges<Value> {
  readonly #kept: { range: Range; key: string; value: Value }[] = [];

  async of(range: Range, key: string, ask: () => Promise<Value>): Promise<Value> {
    const known = this.known(range, key);
    if (known !== undefined) return known;
    const value = await ask();
    this.#kept.push({ range, key, value });
    if (this.#kept.length > KEPT_MAX) this.#kept.shift();
    return value;
  }

  known(range: Range, key: string): Value | undefined {
    return this.#kept.findLast((one) => one.key === key && isNearly(one.range, range))?.value;
  }
}

const KEPT_MAX = 8;

/** A range that goes on is counted anew when it has moved by a sixtieth of itself: between 5 seconds and 5 minutes. */
function isNearly(a: Range, b: Range): boolean {
  const length = b.to - b.from;
  const allowed = Math.min(300_000, Math.max(5_000, length / 60), length / 2);
  const same = Math.abs(a.to - a.from - length) < 1_000;
  return same && b.to >= a.to && b.to - a.to < allowed;
}
