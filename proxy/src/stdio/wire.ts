/**
 * What a shim says to the collector, over one local socket for each: a greeting, then frames. Each is one line of
 * JSON; the bytes of a sighted line follow theirs as they are, so that the shim neither decodes nor escapes them. The
 * collector answers with the number of frames that it has taken, in all, one line each time.
 */
import { isUtf8 } from 'node:buffer';
import { GrowingBytes } from '../mcp/growingBytes.ts';
import type { BodySighting, ExitFrame, LineFrame, LossFrame, ProcessFrame } from '../observation/frame.ts';
import type { SightedLine } from './tap.ts';

/** Said first; who says anything else is no shim of this version. */
export const GREETING = 'sightline stdio 1';

/** A process as its shim knows it. */
export interface WireProcess extends Omit<ProcessFrame, 'exchange'> {
  /** The server's process group, which the collector ends when the shim was killed. */
  readonly group: number;
  /** The shim's own process. */
  readonly shim: number;
}

export type WireFrame =
  | WireProcess
  | Omit<LineFrame, 'exchange'>
  | Omit<ExitFrame, 'exchange'>
  | { readonly kind: 'cut'; readonly atUs: number }
  | LossFrame;

const LF = 10;

/** One frame as bytes. */
export function encodeFrame(frame: Exclude<WireFrame, { kind: 'line' }> | SightedLine): readonly Buffer[] {
  if (frame.kind !== 'line') return [Buffer.from(`${JSON.stringify(frame)}\n`)];
  const { data, ...head } = frame;
  if (data === undefined) return [Buffer.from(`${JSON.stringify(head)}\n`)];
  return [Buffer.from(`${JSON.stringify({ ...head, raw: data.length })}\n`), data];
}

/** Puts frames together again from whatever pieces a socket gives. */
export class FrameReader {
  readonly #bytesMax: number;
  readonly #onFrame: (frame: WireFrame) => void;
  readonly #begun = new GrowingBytes();
  #greeted = false;
  /** The line whose bytes come next, and how many of them. */
  #expected: { readonly head: SightedLine; readonly length: number } | undefined = undefined;

  /** @param bytesMax A frame larger than this is none of ours. */
  constructor(bytesMax: number, onFrame: (frame: WireFrame) => void) {
    this.#bytesMax = bytesMax;
    this.#onFrame = onFrame;
  }

  /** @throws where the other side is no shim of this version. */
  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0)
      rest = rest.subarray(this.#expected ? this.#takeBytes(rest) : this.#takeHead(rest));
  }

  /** Both give how many bytes they took. */
  #takeBytes(rest: Buffer): number {
    if (!this.#expected) return 0;
    const { head, length } = this.#expected;
    const piece = rest.subarray(0, length - this.#begun.length);
    this.#begun.append(piece);
    if (this.#begun.length === length) {
      this.#expected = undefined;
      this.#onFrame(toLine(head, this.#begun.take()));
    }
    return piece.length;
  }

  #takeHead(rest: Buffer): number {
    const end = rest.indexOf(LF);
    const piece = end === -1 ? rest : rest.subarray(0, end);
    if (this.#begun.length + piece.length > this.#bytesMax) throw new Error('a frame is too long');
    if (piece.length > 0) this.#begun.append(piece);
    if (end === -1) return piece.length;
    this.#takeLine(this.#begun.take().toString('utf8'));
    return piece.length + 1;
  }

  #takeLine(text: string): void {
    if (!this.#greeted) {
      if (text !== GREETING) throw new Error('the greeting is of another version');
      this.#greeted = true;
      return;
    }
    const value: unknown = JSON.parse(text);
    if (!isFrame(value)) throw new Error('a frame is of an unknown kind');
    if (value.kind !== 'line') {
      this.#onFrame(value);
      return;
    }
    const { raw, ...head } = value;
    if (raw === undefined || raw === 0) this.#onFrame(toLine(head, undefined));
    else if (raw > 0 && raw <= this.#bytesMax) this.#expected = { head, length: raw };
    else throw new Error('a frame is too long');
  }
}

type HeadOfLine = SightedLine & { readonly raw?: number };

/** Both ends are the same program on the same machine and user: its kind and time tell a frame well enough. */
function isFrame(value: unknown): value is Exclude<WireFrame, { kind: 'line' }> | HeadOfLine {
  if (typeof value !== 'object' || value === null) return false;
  if (!('kind' in value && 'atUs' in value) || typeof value.atUs !== 'number') return false;
  return ['process', 'line', 'exit', 'cut', 'loss'].includes(String(value.kind));
}

function toLine({ bytes, ...head }: SightedLine, data: Buffer | undefined): WireFrame {
  return { ...head, line: sight(bytes, data) };
}

function sight(bytes: number, data: Buffer | undefined): BodySighting {
  if (data === undefined) return { bytes, problem: 'oversized' };
  return isUtf8(data) ? { bytes, text: data.toString('utf8') } : { bytes, problem: 'not_utf8' };
}
