/**
 * What a shim says to whoever collects, over one local socket for each: a greeting, then frames. Each is one line of
 * JSON; the bytes of a sighted line follow theirs as they are, so that the shim neither decodes nor escapes them. The
 * owner of the socket answers with the number of frames that it has taken, in all, one line each time, or with one of
 * the words below. A proxy that wants to be the owner greets in the same way.
 */
import { isUtf8 } from 'node:buffer';
import { GrowingBytes } from '../mcp/growingBytes.ts';
import type {
  BodySighting,
  ExitFrame,
  LineFrame,
  LossFrame,
  ProcessFrame,
  UnixMicros,
} from '../observation/frame.ts';
import type { SightedLine } from './tap.ts';

/** Said first; who says anything else is no Sightline of this version. */
export const GREETING = 'sightline stdio 2';

/** What the owner says besides numbers, one line each. */
export const ANSWERS = {
  /** To a shim: keep your frames for whoever comes next, and say `held` after the last one. */
  hold: 'hold',
  /** To a proxy that asked for the socket: it is free now. */
  yours: 'yours',
  /** To the same: another proxy has it, and keeps it. */
  mine: 'mine',
  /** To whoever greeted otherwise, followed by the greeting that would have done. */
  refused: 'refused',
} as const;

/** Another version of Sightline is at the other end. */
export class OtherVersion extends Error {}

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
  | LossFrame
  | Word;

/** `held`: a shim sends nothing more here. `take_over`, `bound`: a proxy asks for the socket, and has bound it. */
interface Word {
  readonly kind: 'held' | 'take_over' | 'bound';
  readonly atUs: UnixMicros;
}

const KINDS = ['process', 'line', 'exit', 'cut', 'loss', 'held', 'take_over', 'bound'];
const LF = 10;
/** A longer first line is no greeting. */
const GREETING_BYTES_MAX = 100;

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

  /** @throws OtherVersion where the greeting is another one, and another error where frames are none of ours. */
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
    const bytesMax = this.#greeted ? this.#bytesMax : GREETING_BYTES_MAX;
    if (this.#begun.length + piece.length > bytesMax) throw new Error('a frame is too long');
    if (piece.length > 0) this.#begun.append(piece);
    if (end === -1) return piece.length;
    this.#takeLine(this.#begun.take().toString('utf8'));
    return piece.length + 1;
  }

  #takeLine(text: string): void {
    if (!this.#greeted) {
      if (/^sightline stdio [\w.-]+$/.test(text) && text !== GREETING) throw new OtherVersion(text);
      if (text !== GREETING) throw new Error('there was no greeting');
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

/** Gives whole lines of what the owner of the socket answers. */
export function createAnswerReader(onAnswer: (line: string) => void): (chunk: Buffer) => void {
  let begun = '';
  return (chunk) => {
    const lines = (begun + chunk.toString('latin1')).split('\n');
    begun = lines.pop() ?? '';
    for (const line of lines) onAnswer(line);
  };
}

type HeadOfLine = SightedLine & { readonly raw?: number };

/** Both ends are the same program on the same machine and user: its kind and time tell a frame well enough. */
function isFrame(value: unknown): value is Exclude<WireFrame, { kind: 'line' }> | HeadOfLine {
  if (typeof value !== 'object' || value === null) return false;
  if (!('kind' in value && 'atUs' in value) || typeof value.atUs !== 'number') return false;
  return KINDS.includes(String(value.kind));
}

function toLine({ bytes, ...head }: SightedLine, data: Buffer | undefined): WireFrame {
  return { ...head, line: sightLine(bytes, data) };
}

/** A line as observation takes it; without `data` it was longer than allowed. */
export function sightLine(bytes: number, data: Buffer | undefined): BodySighting {
  if (data === undefined) return { bytes, problem: 'oversized' };
  return isUtf8(data) ? { bytes, text: data.toString('utf8') } : { bytes, problem: 'not_utf8' };
}
