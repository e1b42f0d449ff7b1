/** What is missing from what a reader looks at, in words. */
import type { Completeness } from 'sightline/contract';
import { formatCounted, formatTime, type Zone } from './format.ts';
import type { EventItem } from './source.ts';

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

/** How many events have a payload that was cut, and how many have no trace. */
export interface Flags {
  readonly truncated: number;
  readonly unsampled: number;
}

export function flagsAmong(events: Iterable<EventItem>): Flags {
  let [truncated, unsampled] = [0, 0];
  for (const { payloadTruncated, sampled } of events) {
    if (payloadTruncated === true) truncated += 1;
    if (sampled === false) unsampled += 1;
  }
  return { truncated, unsampled };
}

/**
 * @param said Of the whole range: what lets through a part of it is not counted at every look, for it would mean to walk
 *   through all of it.
 * @param shown Of what is shown, where that is a part of the range and all of it is here; it is what is meant then. What
 *   was lost belongs to nothing that is shown, so it is always the range's.
 */
export function completenessWords(said: Completeness, zone: Zone, shown?: Flags): CompletenessWords {
  const lost = said.lost.reduce((sum, row) => sum + row.count, 0);
  const { truncated, unsampled } = shown ?? said;
  const missing = lost + truncated + unsampled + said.shed + (said.gaps?.length ?? 0);
  // What nobody gave a reason for stays incomplete, whatever is shown. The range is counted less often than its rows.
  const elsewhere = shown !== undefined && said.truncated + said.unsampled > 0 && said.keptFrom === undefined;
  const complete = missing === 0 && (said.complete || elsewhere);
  const short: string[] = [];
  const here: string[] = [];
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
  if (truncated > 0) {
    (shown ? here : short).push(`${formatCounted(truncated, 'payload')} cut`);
    sentences.push(
      `${formatCounted(truncated, 'event')} with a payload cut at the largest size kept (option payload-max).`,
    );
  }
  if (said.shed > 0) {
    short.push(`${formatCounted(said.shed, 'payload')} let go`);
    sentences.push(
      `${formatCounted(said.shed, 'event')} without payloads any more: the archive gave them up to stay within its size.`,
    );
  }
  if (unsampled > 0) {
    sentences.push(`${formatCounted(unsampled, 'event')} without a trace, because of sampling.`);
    (shown ? here : short).push('traces sampled');
  }
  if (short.length > 0)
    sentences.push(
      shown
        ? 'What was lost is counted in the whole range, what was cut or sampled among what is shown.'
        : 'Counted is the whole range, whatever the filters let through.',
    );
  const parts = [
    ...(here.length > 0 ? [`${here.join(', ')} in what is shown`] : []),
    ...(short.length > 0 ? [`${short.join(', ')} in range`] : []),
  ];
  if (said.keptFrom !== undefined) parts.push('older ones not kept');
  if (said.gaps?.length) parts.push('answer in part');
  sentences.push(...(said.gaps ?? []));
  if (complete || parts.length === 0) {
    return {
      badge: complete ? 'complete' : 'incomplete',
      complete,
      sentences: [
        complete
          ? said.complete
            ? 'Nothing was dropped, cut, sampled or let go in this range.'
            : 'Nothing was dropped in this range, and nothing of what is shown was cut or sampled.'
          : 'Something is missing; nobody said what.',
      ],
    };
  }
  return { badge: parts.join(', '), complete: false, sentences };
}
