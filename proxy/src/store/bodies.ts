/** Whole records in the file: an event as JSON of shapes, its payload texts elsewhere, and back to the same event. */
import type { Payload, RecordedEvent } from '../observation/event.ts';
import { BlockReader, type TextPlace } from './blocks.ts';
import type { KeptPayload } from './items.ts';
import { ShapeReader } from './shapes.ts';
import type { Database } from './sqlite.ts';

/** An event as it is written: the texts of its payloads are inline or a place in a block. */
export function withPlaces(event: RecordedEvent, put: (text: string) => TextPlace | string): object {
  if (!('payloads' in event) || event.payloads.length === 0) return event;
  return { ...event, payloads: event.payloads.map((payload) => ({ ...payload, text: put(payload.text) })) };
}

/** A record as it is read. */
export interface KeptEvent {
  readonly event: RecordedEvent;
  /** Those of the event, in its order, which may have lost their texts; the event has '' there. */
  readonly payloads: readonly KeptPayload[];
}

export class BodyReader {
  readonly #db: Database;
  readonly #shapes: ShapeReader;
  readonly #blocks: BlockReader;

  constructor(db: Database) {
    this.#db = db;
    this.#shapes = new ShapeReader(() => readShapes(db));
    this.#blocks = new BlockReader((id) => {
      const data = db.get('SELECT data FROM block WHERE id = ?', id)?.['data'];
      return data instanceof Uint8Array || typeof data === 'string' ? data : undefined;
    });
  }

  /** The record of a sequence without looking for its payload texts. */
  head(sequence: number): RecordedEvent | undefined {
    const data = this.#db.get('SELECT data FROM body WHERE sequence = ?', sequence)?.['data'];
    return data === undefined ? undefined : this.parse(String(data));
  }

  /** A record, the texts of its payloads still as they were written. */
  parse(data: string): RecordedEvent {
    return this.#shapes.read(data) as RecordedEvent;
  }

  /** A record with the texts of its payloads. A shed one is empty and says that it was cut. */
  complete(event: RecordedEvent): KeptEvent {
    if (!('payloads' in event) || event.payloads.length === 0) return { event, payloads: [] };
    const payloads = event.payloads.map((payload) => this.#resolve(payload));
    const whole = payloads.map(
      (payload): Payload =>
        payload.text === undefined
          ? { ...payload, text: '', truncated: true }
          : { ...payload, text: payload.text },
    );
    return { event: { ...event, payloads: whole }, payloads };
  }

  /** What other threads have removed meanwhile is not to be shown. */
  forgetBlocks(): void {
    this.#blocks.forget();
  }

  #resolve(payload: Payload): KeptPayload {
    const place: unknown = payload.text;
    if (typeof place === 'string') return payload;
    return { ...payload, text: this.#blocks.text(place as TextPlace) };
  }
}

export function readShapes(db: Database): ReadonlyMap<number, readonly string[]> {
  return new Map(
    db
      .all('SELECT id, keys FROM shape')
      .map((row) => [Number(row['id']), JSON.parse(String(row['keys'])) as string[]]),
  );
}
