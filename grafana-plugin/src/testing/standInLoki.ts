/**
 * Stands in for Loki where a test is about the order, the limits and the times of questions: it keeps rows, and answers
 * by range, limit and direction. Of LogQL it understands which records are asked for, and nothing else; what filters
 * mean is asked of the real Loki (`test/stack/panelData.test.ts`).
 */
import type { AskLoki, LokiQuestion } from '../data/ask.ts';
import { slimKindOf } from '../data/slim.ts';
import { frameOf, type Row, slimRow } from './lokiRows.ts';

export class StandInLoki {
  readonly rows: Row[] = [];
  readonly asked: LokiQuestion[] = [];
  /** As `max_entries_limit_per_query`. */
  linesMax = 10_000;
  /** What the next questions are refused with. */
  refusal: string | undefined;
  /** Called before each answer, when a test wants to do something meanwhile. */
  before: (question: LokiQuestion) => Promise<void> = async () => {};

  readonly ask: AskLoki = async (question, signal) => {
    this.asked.push(question);
    await this.before(question);
    signal.throwIfAborted();
    if (this.refusal !== undefined) return { frames: [], errors: [this.refusal] };
    const { expr, from, to, limit = 1_000, direction = 'backward' } = question;
    if (limit > this.linesMax) {
      const error = `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${this.linesMax})`;
      return { frames: [], errors: [error] };
    }
    if (!expr.startsWith('{')) return { frames: [], errors: [] };
    const kinds = /sightline_record=~?"([^"]+)"/.exec(expr)?.[1]?.split('|') ?? [];
    const sign = direction === 'forward' ? 1 : -1;
    const found = this.rows
      .filter(({ labels }) => kinds.includes(labels['sightline_record'] ?? ''))
      .filter(({ timeNs }) => timeNs >= `${from}000000` && timeNs < `${to}000000`)
      .sort((a, b) => (a.timeNs === b.timeNs ? 0 : sign * (a.timeNs < b.timeNs ? -1 : 1)))
      .slice(0, limit);
    const slim = slimKindOf(/line_format `([^`]+)`/.exec(expr)?.[1]?.replace('{{', '\t') ?? '');
    return {
      frames: [frameOf(slim === undefined ? found : found.map((row) => slimRow(row, slim)))],
      errors: [],
    };
  };
}
