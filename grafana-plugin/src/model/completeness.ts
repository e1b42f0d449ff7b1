/** What is missing from what a reader looks at, in words. */
import type { Completeness } from 'sightline/contract';
import { formatCounted, formatTime, type Zone } from './format.ts';

export interface CompletenessWords {
  /** For the badge: `complete`, or what is missing. */
  readonly badge: string;
  readonly complete: boolean;
  /** One sentence each. */
  readonly sentences: readonly string[];
}

const STAGE_WORDS = new Map([
  ['tap', 'where traffic is copied'],
  ['shim', 'between a stdio server and the collector'],
  ['queue', 'on the way to the observing thread'],
  ['observation', 'while requests were joined'],
  ['archive', 'while they were written down'],
  ['export', 'on the way to the collector'],
]);

export function completenessWords(said: Completeness, zone: Zone): CompletenessWords {
  const lost = said.lost.reduce((sum, row) => sum + row.count, 0);
  const short: string[] = [];
  const sentences: string[] = [];
  if (lost > 0) short.push(`${formatCounted(lost, 'loss', 'losses')}`);
  for (const row of said.lost) {
    const where = STAGE_WORDS.get(row.stage) ?? row.stage;
    sentences.push(`${formatCounted(row.count, 'thing')} lost ${where}: ${row.reason.replaceAll('_', ' ')}.`);
  }
  if (said.keptFrom !== undefined) {
    sentences.push(
      `The archive begins at ${formatTime(said.keptFrom, zone, 'withDate')}, later than the range: what was before is gone, or was never seen.`,
    );
  }
  if (said.truncated > 0) {
    short.push(`${formatCounted(said.truncated, 'payload')} cut`);
    sentences.push(
      `${formatCounted(said.truncated, 'event')} with a payload cut at the largest size kept (option payload-max).`,
    );
  }
  if (said.shed > 0) {
    short.push(`${formatCounted(said.shed, 'payload')} let go`);
    sentences.push(
      `${formatCounted(said.shed, 'event')} without payloads any more: the archive gave them up to stay within its size.`,
    );
  }
  if (said.unsampled > 0) {
    sentences.push(`${formatCounted(said.unsampled, 'event')} without a trace, because of sampling.`);
    short.push('traces sampled');
  }
  // Counting by filter would walk through every event of the range at each look.
  if (short.length > 0) sentences.push('Counted is the whole range, whatever the filters let through.');
  const parts = short.length > 0 ? [`${short.join(', ')} in range`] : [];
  if (said.keptFrom !== undefined) parts.push('older ones not kept');
  if (said.gaps?.length) parts.push('answer in part');
  sentences.push(...(said.gaps ?? []));
  if (said.complete || parts.length === 0) {
    return {
      badge: said.complete ? 'complete' : 'incomplete',
      complete: said.complete,
      sentences: [
        said.complete
          ? 'Nothing was dropped, cut, sampled or let go in this range.'
          : 'Something is missing; nobody said what.',
      ],
    };
  }
  return { badge: parts.join(', '), complete: false, sentences };
}
