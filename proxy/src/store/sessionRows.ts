/** The table of sessions as it is written: each summary replaces its instance's last one. */
import type { SummaryEvent } from '../observation/event.ts';
import { fold, PARTING } from '../reading/fold.ts';
import { searchedTexts } from '../reading/sessions.ts';
import { addUp, type Summary, sessionItem, toolsKey } from '../reading/summaries.ts';
import { Recent } from './recent.ts';
import type { Database, Row, StatementSync } from './sqlite.ts';

/** Sessions whose last number and protocol id are remembered between a summary and the next. */
const SESSIONS_REMEMBERED = 8192;

interface Known {
  number: number;
  protocol: string | undefined;
}

export class SessionRows {
  readonly #instance: string;
  readonly #read: (sequence: number) => Summary | undefined;
  readonly #find: StatementSync;
  readonly #write: StatementSync;
  readonly #known = new Recent<string, Known>(SESSIONS_REMEMBERED);

  /** @param read The summary of a record written earlier; undefined when it is gone. */
  constructor(db: Database, instance: string, read: (sequence: number) => Summary | undefined) {
    this.#instance = instance;
    this.#read = read;
    this.#find = db.prepare(
      'SELECT sequence, CAST(time AS TEXT) AS stamp, instance, others, number, protocol FROM session WHERE session = ?',
    );
    this.#write = db.prepare(
      `INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  /** What an event says of its session besides what summaries say. */
  note(session: string, number: number, protocol: string | undefined): void {
    const known = this.#known.get(session);
    if (!known) {
      this.#known.set(session, { number, protocol });
      return;
    }
    if (number > known.number) known.number = number;
    if (protocol !== undefined) known.protocol = protocol;
  }

  /** Writes a summary, unless its instance has a newer one. Within a transaction. */
  put(sequence: number, event: SummaryEvent): void {
    const session = event.attributes['sightline.session.id'];
    if (session === undefined) return;
    const row = this.#find.get(session) as Row | undefined;
    const sequences = row ? sequencesOf(row) : new Map<string, number>();
    const own = sequences.get(this.#instance);
    const ownBefore = own === undefined ? undefined : this.#summaryOf(own, row);
    if (ownBefore !== undefined && ownBefore > event.timeNs) return;
    sequences.set(this.#instance, sequence);
    const summaries: (Summary & { readonly instance: string; readonly sequence: number })[] = [
      { timeNs: event.timeNs, attributes: event.attributes, instance: this.#instance, sequence },
    ];
    for (const [instance, at] of sequences) {
      const summary = instance === this.#instance ? undefined : this.#read(at);
      if (summary) summaries.push({ ...summary, instance, sequence: at });
    }
    this.#writeRow(session, summaries, row);
  }

  /** After a transaction that failed. */
  forget(): void {
    this.#known.clear();
  }

  /** The time of this instance's last summary; that of the row, when it is the row's own. */
  #summaryOf(sequence: number, row: Row | undefined): string | undefined {
    if (row?.['sequence'] === sequence) return String(row['stamp']);
    return this.#read(sequence)?.timeNs;
  }

  #writeRow(
    session: string,
    summaries: readonly (Summary & { readonly instance: string; readonly sequence: number })[],
    row: Row | undefined,
  ): void {
    const [newest, ...others] = summaries.toSorted((a, b) => (a.timeNs < b.timeNs ? 1 : -1));
    if (!newest) return;
    const whole = addUp(summaries);
    const { attributes } = whole;
    const known = this.#known.get(session);
    const before = row?.['protocol'];
    const protocol = known?.protocol ?? (typeof before === 'string' ? before : undefined);
    const shown = sessionItem(whole, protocol, 0);
    this.#write.run(
      session,
      newest.sequence,
      BigInt(newest.timeNs),
      newest.instance,
      others.length === 0
        ? null
        : JSON.stringify(Object.fromEntries(others.map(({ instance, sequence }) => [instance, sequence]))),
      attributes['sightline.session.status'] === 'open' ? 1 : 0,
      attributes['sightline.session.started'] ?? 0,
      attributes['sightline.session.last_activity'] ?? 0,
      attributes['sightline.session.duration'] ?? 0,
      attributes['sightline.session.calls'] ?? 0,
      attributes['sightline.session.errors'] ?? 0,
      attributes['sightline.session.events'] ?? 0,
      attributes['sightline.server.name'] ?? '',
      attributes['sightline.client.name'] ?? '',
      attributes['mcp.protocol.version'] ?? '',
      Math.max(known?.number ?? 0, Number(row?.['number'] ?? 0)),
      protocol ?? null,
      searchedTexts(shown).map(fold).join(PARTING),
      toolsKey(shown.tools),
    );
  }
}

/** The newest summaries of a row by instance. */
export function sequencesOf(row: Row): Map<string, number> {
  const others = row['others'];
  const known: Readonly<Record<string, number>> = typeof others === 'string' ? JSON.parse(others) : {};
  return new Map([...Object.entries(known), [String(row['instance']), Number(row['sequence'])]]);
}
