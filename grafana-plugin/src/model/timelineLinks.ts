/**
 * What joins rows that stand apart: the attempts of a retry chain, and the rounds of one operation. Beside the rows
 * each becomes a bracket; each of its rows learns its place in it.
 */
import type { TimelineRow } from './timelineRows.ts';

/** A bracket over rows. */
export interface Link {
  readonly kind: 'attempts' | 'rounds';
  readonly id: string;
  /** Indices of its rows, ascending; at least two. */
  readonly rows: readonly number[];
  /** Column of the bracket, from 0; those past the cap are not drawn. */
  readonly track: number;
  /** It ended without success. */
  readonly failed: boolean;
}

/** What a row is in its chain and in its operation. */
export interface Place {
  readonly attempt?: {
    readonly number: number;
    readonly argumentsChanged: boolean;
    /** The row is the first of its attempt: on later rounds only an end is worth saying. */
    readonly begins: boolean;
    readonly end?: { readonly how: 'recovered' | 'gave_up'; readonly wasted: number | undefined };
  };
  readonly round?: {
    readonly number: number;
    /** What the answer asked for. */
    readonly asks: 'input' | 'time' | undefined;
    /** Seconds; on the round that ended the operation. */
    readonly total?: { readonly duration: number; readonly waiting: number };
  };
}

export interface Links {
  readonly list: readonly Link[];
  /** By row key. */
  readonly places: ReadonlyMap<string, Place>;
  /** Columns in use. */
  readonly tracks: number;
}

const TRACKS_MAX = 3;
export const NO_LINKS: Links = { list: [], places: new Map(), tracks: 0 };

interface Member {
  readonly index: number;
  readonly row: Extract<TimelineRow, { kind: 'event' }>;
}

interface GivenUp {
  readonly wasted: number | undefined;
}

export function linkRows(rows: readonly TimelineRow[]): Links {
  const { chains, operations, givenUp } = gather(rows);
  const places = new Map<string, Place>();
  const found: Omit<Link, 'track'>[] = [];
  for (const [id, members] of operations) {
    for (const { row } of members) places.set(row.key, { round: roundOf(row) });
    if (members.length > 1) found.push({ kind: 'rounds', id, rows: indices(members), failed: false });
  }
  for (const [id, members] of chains) {
    const end = givenUp.get(id);
    placeAttempts(members, end, places);
    if (members.length > 1) {
      found.push({ kind: 'attempts', id, rows: indices(members), failed: end !== undefined });
    }
  }
  const list = assignTracks(found);
  const tracks = list.reduce((most, { track }) => Math.max(most, Math.min(TRACKS_MAX, track + 1)), 0);
  return { list, places, tracks };
}

/** How a bracket passes a row. */
export type Piece = 'first' | 'member' | 'through' | 'last';

/** The brackets beside one row, by track; undefined where a track is free. */
export function piecesAt(links: Links, index: number): readonly (readonly [Link, Piece] | undefined)[] {
  const pieces: (readonly [Link, Piece] | undefined)[] = Array.from({ length: links.tracks });
  for (const link of links.list) {
    const [first = 0, last = 0] = [link.rows[0], link.rows.at(-1)];
    // The list is in the order of first rows.
    if (first > index) break;
    if (last < index || link.track >= TRACKS_MAX) continue;
    const piece =
      index === first ? 'first' : index === last ? 'last' : link.rows.includes(index) ? 'member' : 'through';
    pieces[link.track] = [link, piece];
  }
  return pieces;
}

function gather(rows: readonly TimelineRow[]) {
  const linkedOperations = new Set<string>();
  const linkedChains = new Set<string>();
  const givenUp = new Map<string, GivenUp>();
  for (const row of rows) {
    if (row.kind !== 'event') continue;
    const { event } = row;
    if ((event.roundNumber ?? 1) > 1 && event.operationId !== undefined) {
      linkedOperations.add(event.operationId);
    }
    const chain = event.attemptFirstOperationId;
    if (chain === undefined) continue;
    linkedChains.add(chain);
    if (event.eventName === 'sightline.retry.gave_up') givenUp.set(chain, { wasted: event.attemptWasted });
  }
  const operations = new Map<string, Member[]>();
  const chains = new Map<string, Member[]>();
  if (linkedOperations.size + linkedChains.size === 0) return { operations, chains, givenUp };
  const chainOf = chainsByOperation(rows);
  for (const [index, row] of rows.entries()) {
    if (row.kind !== 'event' || row.event.operationId === undefined) continue;
    const operation = row.event.operationId;
    const chain = chainOf.get(operation) ?? operation;
    if (linkedOperations.has(operation) || awaitsRound(row)) put(operations, operation, { index, row });
    if (linkedChains.has(chain)) put(chains, chain, { index, row });
  }
  return { operations, chains, givenUp };
}

/** Of operations that are a second or later attempt: the one that began their chain. Polls do not say it. */
function chainsByOperation(rows: readonly TimelineRow[]): Map<string, string> {
  const chainOf = new Map<string, string>();
  for (const row of rows) {
    if (row.kind !== 'event') continue;
    const { operationId, attemptFirstOperationId } = row.event;
    if (operationId !== undefined && attemptFirstOperationId !== undefined) {
      chainOf.set(operationId, attemptFirstOperationId);
    }
  }
  return chainOf;
}

/** Its answer asked for more, and nothing has followed yet. */
function awaitsRound({ event }: Member['row']): boolean {
  return event.resultType === 'input_required' || event.resultType === 'task';
}

function put(groups: Map<string, Member[]>, id: string, member: Member): void {
  const members = groups.get(id);
  if (members) members.push(member);
  else groups.set(id, [member]);
}

function indices(members: readonly Member[]): number[] {
  return members.map(({ index }) => index);
}

function roundOf({ event }: Member['row']): NonNullable<Place['round']> {
  const { operationDuration: duration, operationWaiting: waiting = 0, resultType } = event;
  const asks = resultType === 'input_required' ? 'input' : resultType === 'task' ? 'time' : undefined;
  const number = event.roundNumber ?? 1;
  return { number, asks, ...(duration !== undefined && { total: { duration, waiting } }) };
}

function placeAttempts(
  members: readonly Member[],
  gaveUp: GivenUp | undefined,
  places: Map<string, Place>,
): void {
  const begun = new Set<string>();
  const last = members.at(-1);
  let number = 1;
  for (const member of members) {
    const { key, event } = member.row;
    number = event.attemptNumber ?? number;
    const begins = !begun.has(event.operationId ?? key);
    begun.add(event.operationId ?? key);
    const recovered = event.attemptResult === 'recovered';
    const end = recovered
      ? { how: 'recovered' as const, wasted: event.attemptWasted }
      : gaveUp && member === last
        ? { how: 'gave_up' as const, wasted: gaveUp.wasted }
        : undefined;
    const argumentsChanged = event.attemptArgumentsChanged === true;
    places.set(key, {
      ...places.get(key),
      attempt: { number, argumentsChanged, begins, ...(end && { end }) },
    });
  }
}

/** Brackets that overlap stand beside each other, the earlier begun nearer to the rows. */
function assignTracks(found: readonly Omit<Link, 'track'>[]): Link[] {
  const ends: number[] = [];
  return [...found]
    .sort((a, b) => (a.rows[0] ?? 0) - (b.rows[0] ?? 0) || (a.rows.at(-1) ?? 0) - (b.rows.at(-1) ?? 0))
    .map((link) => {
      const free = ends.findIndex((end) => end < (link.rows[0] ?? 0));
      const track = free >= 0 ? free : ends.length;
      ends[track] = link.rows.at(-1) ?? 0;
      return { ...link, track };
    });
}
