/**
 * Keeps the archive within its days and its size, a slice at a time, while it is in use. Age removes records. Size
 * sheds payloads first, until they have no more than their share, and then removes records. What is freed is given
 * back to the disk.
 */
import { readBytes } from './figures.ts';
import type { Limits } from './limits.ts';
import { firstNanoOf, minuteOf } from './moments.ts';
import { MINUTE_MS } from './ranges.ts';
import { CHUNK_ROWS, type RemovedBlock, removeBefore, removeUnnamedBlocks, shedBlocks } from './removal.ts';
import type { Database } from './sqlite.ts';
import { Sweep } from './sweep.ts';

/** A slice ends after so long; what its last chunk and the commit still take fits below 20 ms. */
const SLICE_MS = 8;
/** Part of the size that payloads keep: without any, the newest failure could not be looked into. */
const PAYLOAD_SHARE = 1 / 4;
/** Free pages that stay in the file, to be used again: 4 MiB, or a hundredth of it. */
const FREE_PAGES_KEPT = 1024;
const FREE_SHARE_KEPT = 1 / 100;
/** Part of the size from which on each write removes something too. */
const WELL_PAST = 1.05;
const SLICES_WHEN_FULL = 4;
/** Pages given back at a time. */
const VACUUM_PAGES = 64;

/** Who remembers what may be removed. */
export interface RetentionPorts {
  /** Numbers of texts have become invalid. */
  readonly onTextsRemoved: () => void;
  /** There is no block any more up to this one. */
  readonly onBlocksRemoved: (last: number) => void;
}

export class Retention {
  readonly #db: Database;
  readonly #limits: Limits;
  readonly #sweep: Sweep;
  readonly #ports: RetentionPorts;
  /** Known after the first look: bytes of all blocks up to a number. */
  #blocks = { upTo: 0, bytes: 0 };
  /** As told last; age counts from it. */
  #nowMs = 0;
  /** Blocks may have lost the last event that named them. */
  #eventsRemoved = true;

  constructor(db: Database, limits: Limits, ports: RetentionPorts) {
    this.#db = db;
    this.#limits = limits;
    this.#sweep = new Sweep(db);
    this.#ports = ports;
  }

  /** One slice; true when there is more to do. @throws ArchiveFault with nothing of the slice done. */
  slice(nowMs: number): boolean {
    const end = performance.now() + SLICE_MS;
    this.#nowMs = nowMs;
    try {
      const more = this.#db.transaction('write', () => {
        while (this.#step(nowMs)) if (performance.now() >= end) return true;
        return false;
      });
      return more || this.#giveBack(end);
    } catch (error) {
      this.#blocks = { upTo: 0, bytes: 0 };
      throw error;
    }
  }

  /**
   * A slice beside each write while the archive is well past its size: so much may come in that slices now and then
   * do not suffice. Never throws; what stands in the way is told by the next write.
   */
  keepUp(): void {
    if (readBytes(this.#db) > this.#limits.bytesMax * WELL_PAST) this.#try();
  }

  /** Some slices after a write that found no room. Never throws. */
  makeRoom(): void {
    for (let slice = 0; slice < SLICES_WHEN_FULL && this.#try(); slice++);
  }

  #try(): boolean {
    try {
      return this.slice(this.#nowMs);
    } catch {
      return false;
    }
  }

  /** One chunk of whatever is to be done first; false when nothing is. */
  #step(nowMs: number): boolean {
    const { ageMs, bytesMax } = this.#limits;
    return (
      (this.#eventsRemoved && this.#removeUnnamed()) ||
      (ageMs > 0 && this.#remove(firstNanoOf(nowMs - ageMs))) ||
      this.#sweepTexts(nowMs) ||
      (readBytes(this.#db) > bytesMax && this.#shrink(bytesMax))
    );
  }

  #remove(before: bigint): boolean {
    const removed = removeBefore(this.#db, before, this.#limits.exported);
    if (removed === 0) return false;
    this.#sweep.note(removed);
    this.#eventsRemoved = true;
    return true;
  }

  #removeUnnamed(): boolean {
    const removed = this.#forgetBlocks(removeUnnamedBlocks(this.#db));
    if (!removed) this.#eventsRemoved = false;
    return removed;
  }

  #shed(): boolean {
    return this.#forgetBlocks(shedBlocks(this.#db));
  }

  /** Whether there were any. */
  #forgetBlocks(removed: readonly RemovedBlock[]): boolean {
    // Those after the last look were never added.
    for (const { id, bytes } of removed) if (id <= this.#blocks.upTo) this.#blocks.bytes -= bytes;
    if (removed.length > 0) this.#ports.onBlocksRemoved(Math.max(...removed.map(({ id }) => id)));
    return removed.length > 0;
  }

  #shrink(bytesMax: number): boolean {
    if (this.#blockBytes() > bytesMax * PAYLOAD_SHARE && this.#shed()) return true;
    const border = this.#db.get(
      `SELECT CAST(time AS TEXT) AS stamp FROM
        (SELECT time FROM event WHERE record = 0 ORDER BY time LIMIT ${CHUNK_ROWS}) ORDER BY time DESC LIMIT 1`,
    )?.['stamp'];
    // Without events, only summaries and losses are left.
    const before = typeof border === 'string' ? BigInt(border) + 1n : 2n ** 63n - 1n;
    return this.#remove(before) || this.#shed();
  }

  #sweepTexts(nowMs: number): boolean {
    const oldest = this.#db.get(
      'SELECT CAST(time AS TEXT) AS stamp FROM event WHERE record = 0 ORDER BY time LIMIT 1',
    )?.['stamp'];
    // Without an event, no text that is older than a minute is needed.
    const minute = typeof oldest === 'string' ? minuteOf(oldest) : Math.floor(nowMs / MINUTE_MS);
    const { more, removed } = this.#sweep.step(minute);
    if (removed > 0) this.#ports.onTextsRemoved();
    return more;
  }

  #giveBack(end: number): boolean {
    const pages = Number(this.#db.get('PRAGMA page_count')?.['page_count']);
    const kept = Math.max(FREE_PAGES_KEPT, pages * FREE_SHARE_KEPT);
    const free = () => Number(this.#db.get('PRAGMA freelist_count')?.['freelist_count']);
    if (free() <= kept) return false;
    while (free() > kept) {
      if (performance.now() >= end) return true;
      this.#db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
    }
    // The file itself becomes shorter only when the log is carried over; without waiting for a reader.
    this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    return false;
  }

  /** Adds what was written since the last look to what was known. */
  #blockBytes(): number {
    const added = this.#db.get(
      'SELECT max(id) AS upTo, sum(length(data)) AS bytes FROM block WHERE id > ?',
      this.#blocks.upTo,
    );
    if (typeof added?.['upTo'] === 'number') {
      this.#blocks = { upTo: added['upTo'], bytes: this.#blocks.bytes + Number(added['bytes']) };
    }
    return this.#blocks.bytes;
  }
}
