/** Lines from Loki: asked with a limit that it accepts, errors made sentences, records read. */
import type { Answered, AskLoki, LokiQuestion } from './ask.ts';
import type { StreamLabels } from './logql.ts';
import { type LogRow, readLogRows } from './lokiFrames.ts';

/** What every question needs to know. */
export interface LokiRoad {
  readonly ask: AskLoki;
  readonly labels: StreamLabels;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Lines of one answer at most; found out from the first refusal. */
  readonly lines: { max: number };
}

/** Loki's own default is 5,000; the stack that comes with Sightline has this. */
const LINES_MAX = 10_000;

export function lokiRoad(ask: AskLoki, labels: StreamLabels, now: () => number): LokiRoad {
  return { ask, labels, now, lines: { max: LINES_MAX } };
}

export type LinesQuestion = Pick<LokiQuestion, 'expr' | 'from' | 'to'> & {
  readonly limit: number;
  readonly direction: 'forward' | 'backward';
};

export interface Lines {
  /** In the order asked for. */
  readonly rows: readonly LogRow[];
  /** As many as were asked for: there may be more. */
  readonly full: boolean;
  /** What is missing from it, a sentence each. */
  readonly gaps: readonly string[];
}

/** @throws Error with a sentence when Loki had nothing but an error. */
export async function askLines(road: LokiRoad, question: LinesQuestion, signal: AbortSignal): Promise<Lines> {
  const limit = Math.min(question.limit, road.lines.max);
  const answered = await road.ask({ kind: 'range', ...question, limit }, signal);
  const most = mostLines(answered);
  if (most !== undefined && most < limit) {
    road.lines.max = most;
    return askLines(road, question, signal);
  }
  const { rows, damaged } = readLogRows(answered.frames);
  const gaps = gapsOf(answered, rows.length > 0);
  const sorted = rows.toSorted((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
  return {
    rows: question.direction === 'forward' ? sorted : sorted.reverse(),
    full: rows.length + damaged >= limit,
    gaps: damaged === 0 ? gaps : [...gaps, `Loki answered ${damaged} lines that could not be read.`],
  };
}

/** @throws Error with a sentence when Loki had nothing but an error. */
export async function askMetric(
  road: LokiRoad,
  question: LokiQuestion,
  signal: AbortSignal,
): Promise<Answered> {
  const answered = await road.ask(question, signal);
  gapsOf(answered, answered.frames.length > 0);
  return answered;
}

function gapsOf({ errors }: Answered, hasRows: boolean): readonly string[] {
  const sentences = errors.map((error) => `Loki says: ${sentence(error)}`);
  if (sentences.length > 0 && !hasRows) throw new Error(sentences.join(' '));
  return sentences;
}

/** One line, with a full stop. */
export function sentence(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim().slice(0, 500);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

/** What Loki says it gives at most, when it refused because more was asked for. */
function mostLines({ errors }: Answered): number | undefined {
  for (const error of errors) {
    const [, most] = /max entries limit per query exceeded[^(]*\(\d+ > (\d+)\)/.exec(error) ?? [];
    if (most !== undefined && Number(most) > 0) return Number(most);
  }
  return undefined;
}
