/**
 * The bounded way from the byte path to the observing thread. Pushing never waits and never throws: frames
 * gather for a few milliseconds, go over in one message, and count as outstanding until the other side has taken
 * them. When too much is outstanding, an exchange loses the rest of its frames: half an exchange would be told
 * as something that never happened, so the fold is told instead that it was cut. A wrapped process runs for hours: it
 * loses lines until there is room again, and is cut there.
 */
import type { ExchangeId, Frame, FrameSink, LineFrame, UnixMicros } from '../observation/frame.ts';

export interface QueueSettings {
  /** Frames outstanding above which the queue is full. */
  readonly framesMax: number;
  /** Text outstanding above which the queue is full; one frame may pass it by its own size. */
  readonly bytesMax: number;
  /** Frames that go over without waiting for more. */
  readonly batchMax: number;
  /** Text that goes over without waiting for more: bigger messages only leave bigger holes in the allocator. */
  readonly batchBytesMax: number;
}

/** Enough for ten seconds of 1,000 requests a second while the other thread does something else. */
export const QUEUE_SETTINGS: QueueSettings = {
  framesMax: 30_000,
  bytesMax: 32 * 1024 * 1024,
  batchMax: 256,
  batchBytesMax: 256 * 1024,
};

/** The other side, as far as the queue needs it. */
export interface Receiver {
  /** Hands frames over; the array is not used again. */
  post(frames: readonly Frame[]): void;
  /** Frames, and bytes as `sizeOf` counts them, taken since the start; both wrap at 32 bits. */
  taken(): { readonly frames: number; readonly bytes: number };
}

/** Exchanges remembered as cut. One is forgotten at its end, so only a flood within one moment comes near. */
const CUT_MAX = 100_000;

export class FrameQueue {
  readonly #settings: QueueSettings;
  readonly #receiver: Receiver;
  /** Asked once when something waits to go over; calls `flush` in its own time. */
  readonly #schedule: (flush: () => void) => void;
  #waiting: Frame[] = [];
  #waitingBytes = 0;
  #scheduled = false;
  #sentFrames = 0;
  #sentBytes = 0;
  /** Exchanges whose frames are dropped until their end. */
  readonly #cut = new Set<ExchangeId>();
  /** Wrapped processes whose lines are dropped until that is told. */
  readonly #missing = new Set<ExchangeId>();
  /** Cuts to be told once there is room. */
  #untold: { readonly exchange: ExchangeId; readonly atUs: UnixMicros }[] = [];
  #droppedUntold = 0;
  #dropped = 0;

  constructor(receiver: Receiver, schedule: (flush: () => void) => void, settings = QUEUE_SETTINGS) {
    this.#receiver = receiver;
    this.#schedule = schedule;
    this.#settings = settings;
  }

  /** Frames dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A sink for transports. */
  readonly push: FrameSink = (frame) => {
    if (frame.kind === 'misdirection') {
      // A remark beside an exchange: dropped by itself, it leaves the exchange whole.
      if (this.#isFull(1)) return this.#countDrop();
    } else if (frame.kind === 'line') {
      this.#tellCuts(frame.atUs);
      if (this.#isLineDropped(frame)) return;
    } else if (frame.kind === 'process' || frame.kind === 'exit') {
      // Few and small, and without them every line of the process would mean nothing.
      if (this.#missing.has(frame.exchange)) this.#tellOf(frame.exchange, frame.atUs);
    } else if ('exchange' in frame && this.#isDropped(frame)) return;
    this.#tellCuts(frame.atUs);
    this.#enqueue(frame);
  };

  /** Hands over what waits, at once. */
  flush(): void {
    this.#scheduled = false;
    if (this.#waiting.length === 0) return;
    const frames = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#receiver.post(frames);
  }

  #enqueue(frame: Frame): void {
    this.#waiting.push(frame);
    this.#sentFrames = (this.#sentFrames + 1) | 0;
    const bytes = sizeOf(frame);
    this.#sentBytes = (this.#sentBytes + bytes) | 0;
    this.#waitingBytes += bytes;
    const { batchMax, batchBytesMax } = this.#settings;
    if (this.#waiting.length >= batchMax || this.#waitingBytes >= batchBytesMax) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      this.#schedule(() => this.flush());
    }
  }

  #isDropped(frame: Extract<Frame, { exchange: ExchangeId }>): boolean {
    if (this.#cut.has(frame.exchange)) {
      if (frame.kind === 'end') this.#cut.delete(frame.exchange);
      this.#countDrop();
      return true;
    }
    if (!this.#isFull(1)) return false;
    this.#countDrop();
    if (frame.kind !== 'end') {
      // Frames of a forgotten exchange would come in again without their beginning, which the fold ignores.
      if (this.#cut.size >= CUT_MAX) this.#cut.clear();
      this.#cut.add(frame.exchange);
    }
    // Of an exchange whose first frame is dropped the fold knows nothing, so there is nothing to cut there.
    if (frame.kind !== 'request' && this.#untold.length < CUT_MAX) {
      this.#untold.push({ exchange: frame.exchange, atUs: frame.atUs });
    }
    return true;
  }

  #isLineDropped(frame: LineFrame): boolean {
    const isMissing = this.#missing.has(frame.exchange);
    if (!isMissing && !this.#isFull(1)) return false;
    this.#countDrop();
    if (isMissing) return true;
    this.#missing.add(frame.exchange);
    this.#untold.push({ exchange: frame.exchange, atUs: frame.atUs });
    return true;
  }

  /** Tells of one process's missing lines now, before what ends it. */
  #tellOf(exchange: ExchangeId, atUs: UnixMicros): void {
    this.#missing.delete(exchange);
    this.#untold = this.#untold.filter((cut) => cut.exchange !== exchange);
    this.#enqueue({ kind: 'cut', exchange, atUs });
  }

  /** Whether more than this share of the bounds is outstanding. */
  #isFull(share: number): boolean {
    const taken = this.#receiver.taken();
    // Both counters wrap at 32 bits, and so does their difference: it is exact while less than 2^31 is outstanding.
    const frames = (this.#sentFrames - taken.frames) | 0;
    const bytes = (this.#sentBytes - taken.bytes) | 0;
    return frames >= this.#settings.framesMax * share || bytes >= this.#settings.bytesMax * share;
  }

  #countDrop(): void {
    this.#dropped += 1;
    this.#droppedUntold += 1;
  }

  /** Tells what was lost once half the room is free again, so that telling does not fill it. */
  #tellCuts(atUs: UnixMicros): void {
    if (this.#droppedUntold === 0 || this.#isFull(0.5)) return;
    const cuts = this.#untold;
    const count = this.#droppedUntold;
    this.#untold = [];
    this.#droppedUntold = 0;
    this.#missing.clear();
    for (const cut of cuts) this.#enqueue({ kind: 'cut', ...cut });
    this.#enqueue({ kind: 'loss', atUs, stage: 'queue', reason: 'full', count });
  }
}

/** What a frame without its texts weighs, roughly; exactness would cost more than it is worth. */
const FRAME_BYTES = 512;

/** Bytes that a frame keeps alive, roughly. Both sides count with it, so that they agree. */
export function sizeOf(frame: Frame): number {
  switch (frame.kind) {
    case 'request':
    case 'end':
      return FRAME_BYTES + (frame.body?.text?.length ?? 0);
    case 'sse':
      return FRAME_BYTES + (frame.data?.text?.length ?? 0);
    case 'line':
      return FRAME_BYTES + (frame.line.text?.length ?? 0);
    default:
      return FRAME_BYTES;
  }
}
