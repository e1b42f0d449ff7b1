/**
 * Watches the three pipes of one process and tells their lines. It is called after the bytes went on, copies at most
 * the limit, and reads nothing but line breaks; nothing that goes wrong here reaches the bytes.
 */
import { answerIdOf, type Line, LineSplitter } from '../mcp/lines.ts';
import type { LineFrame, UnixMicros } from '../observation/frame.ts';
import type { PipeName } from './shim.ts';

/** A line as it goes to the collector: its bytes are not looked into here. */
export interface SightedLine extends Omit<LineFrame, 'line' | 'exchange'> {
  readonly bytes: number;
  /** Absent when it was longer than the limit. */
  readonly data?: Buffer;
}

/** A line of stderr longer than this is a dump. */
export const STDERR_BYTES_MAX = 65_536;

export class PipeTap {
  readonly #nowUs: () => UnixMicros;
  readonly #onLine: (line: SightedLine) => void;
  readonly #onFault: (code: string, error: unknown) => void;
  readonly #splitters: Readonly<Record<PipeName, LineSplitter>>;
  #receivedUs: UnixMicros = 0;

  constructor(settings: {
    /** Messages longer than this are counted only. */
    readonly bytesMax: number;
    readonly nowUs: () => UnixMicros;
    readonly onLine: (line: SightedLine) => void;
    readonly onFault: (code: string, error: unknown) => void;
  }) {
    const { bytesMax } = settings;
    this.#nowUs = settings.nowUs;
    this.#onLine = settings.onLine;
    this.#onFault = settings.onFault;
    const cut = (from: PipeName, max: number) => new LineSplitter(max, (line) => this.#tell(from, line));
    this.#splitters = {
      client: cut('client', bytesMax),
      stdout: cut('stdout', bytesMax),
      stderr: cut('stderr', Math.min(bytesMax, STDERR_BYTES_MAX)),
    };
  }

  /** `receivedUs`: when the chunk had come. */
  take(from: PipeName, chunk: Buffer, receivedUs: UnixMicros): void {
    try {
      this.#receivedUs = receivedUs;
      this.#splitters[from].push(chunk);
    } catch (error) {
      this.#onFault('tap_line', error);
    }
  }

  end(from: PipeName): void {
    try {
      this.#receivedUs = this.#nowUs();
      this.#splitters[from].end();
    } catch (error) {
      this.#onFault('tap_end', error);
    }
  }

  #tell(from: PipeName, { bytes, data, ends }: Line): void {
    if (bytes === 0) return;
    const answers = from === 'stdout' && ends ? answerIdOf(ends) : undefined;
    this.#onLine({
      kind: 'line',
      from,
      atUs: this.#nowUs(),
      receivedUs: this.#receivedUs,
      bytes,
      ...(data && { data }),
      ...(answers !== undefined && { answers }),
    });
  }
}
