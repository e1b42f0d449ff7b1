/**
 * A shim's way to whoever collects: bounded, never waited for. While nobody takes frames they wait here; past the bound
 * lines are dropped and counted, and when somebody takes them again that is told first. Frames on their way when a
 * collector dies are not sent twice, because it may have taken them: they count as unseen. One that ends in order asks
 * to hold them, and they wait for the next.
 */
import type { Socket } from 'node:net';
import type { ExitFrame, UnixMicros } from '../observation/frame.ts';
import type { SightedLine } from './tap.ts';
import { ANSWERS, createAnswerReader, encodeFrame, GREETING, type WireProcess } from './wire.ts';

export interface LinkPorts {
  /** A socket that is being connected to where a collector should listen. */
  readonly connect: () => Socket;
  /** Starts one, because none listens; `inOrder` once when the one before had ended in order. */
  readonly startCollector: (inOrder: boolean) => void;
  /** Who listens there is of another version, with this greeting. */
  readonly onRefused: (greeting: string) => void;
  readonly nowUs: () => UnixMicros;
}

/** Frames kept for a collector that is away or behind. */
const BYTES_MAX = 4 * 1024 * 1024;
/** What a frame without its bytes weighs, roughly. */
const FRAME_BYTES = 256;
/** A collector needs some of these to be started; after that it is asked for less often. */
const RETRY_MS = 150;
const RETRY_MS_MAX = 5_000;
/** Another version of Sightline may be replaced by ours while the server runs. */
const REFUSED_MS = 60_000;

export class Link {
  readonly #ports: LinkPorts;
  readonly #process: WireProcess;
  #socket: Socket | undefined = undefined;
  #isConnected = false;
  /** Who listens there reads: one that only just begins, or already ends, does not. */
  #isMet = false;
  /** This socket's owner ends in order, and takes nothing more. */
  #isHeld = false;
  /** The last owner did. */
  #endedInOrder = false;
  #isClosed = false;
  #isDone = false;
  #retryMs = RETRY_MS;
  #retry: NodeJS.Timeout | undefined = undefined;
  #waiting: (readonly Buffer[])[] = [];
  #waitingBytes = 0;
  #flushes = false;
  /** Frames given to this socket, and those of them that were taken. */
  #sent = 0;
  #taken = 0;
  /** Lines dropped since that was last told. */
  #unseen = 0;
  #onTaken: () => void = () => {};

  constructor(process: WireProcess, ports: LinkPorts) {
    this.#process = process;
    this.#ports = ports;
    this.#connect();
  }

  push(line: SightedLine): void {
    if (this.#isClosed) return;
    if (this.#unseen > 0 && this.#heldBytes() < BYTES_MAX / 2) this.#tellUnseen();
    if (this.#unseen > 0 || this.#heldBytes() > BYTES_MAX) this.#unseen += 1;
    else this.#enqueue(encodeFrame(line));
  }

  /** Tells the exit and resolves when everything was taken, or after `patienceMs`. */
  async close(exit: Omit<ExitFrame, 'exchange'>, patienceMs: number): Promise<void> {
    if (this.#unseen > 0) this.#tellUnseen();
    this.#enqueue(encodeFrame(exit));
    this.#isClosed = true;
    await new Promise<void>((resolve) => {
      const giveUp = setTimeout(resolve, patienceMs);
      this.#onTaken = () => {
        if (this.#waiting.length > 0 || this.#taken < this.#sent) return;
        clearTimeout(giveUp);
        resolve();
      };
    });
    this.#isDone = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = this.#ports.connect();
    this.#socket = socket;
    socket.unref();
    socket.on('connect', () => {
      this.#isConnected = true;
      this.#isMet = false;
      this.#isHeld = false;
      this.#endedInOrder = false;
      this.#sent = 1;
      this.#taken = 0;
      socket.write(`${GREETING}\n`);
      for (const bytes of encodeFrame(this.#process)) socket.write(bytes);
      this.#flush();
    });
    socket.on(
      'data',
      createAnswerReader((answer) => this.#takeAnswer(answer)),
    );
    socket.on('error', () => {
      if (this.#isConnected) return;
      this.#ports.startCollector(this.#endedInOrder);
      this.#endedInOrder = false;
    });
    socket.on('close', () => this.#onGone());
  }

  #onGone(): void {
    if (this.#isDone) return;
    // The process itself is told anew to whoever comes next.
    if (this.#isConnected) this.#unseen += Math.max(0, this.#sent - Math.max(1, this.#taken));
    const tells = this.#isConnected;
    this.#isConnected = false;
    // Before what still waits: that came later than what was on its way.
    if (tells && this.#unseen > 0) this.#waiting.unshift(...this.#toldUnseen());
    this.#retry = setTimeout(() => this.#connect(), this.#isHeld ? 0 : this.#retryMs).unref();
    this.#endedInOrder = this.#isHeld;
    this.#isHeld = false;
    if (this.#retryMs < RETRY_MS_MAX) this.#retryMs = Math.min(RETRY_MS_MAX, this.#retryMs * 2);
  }

  #takeAnswer(answer: string): void {
    if (answer === ANSWERS.hold) this.#hold();
    else if (answer.startsWith(`${ANSWERS.refused} `)) {
      this.#retryMs = REFUSED_MS;
      this.#ports.onRefused(answer.slice(ANSWERS.refused.length + 1));
    } else {
      this.#retryMs = RETRY_MS;
      this.#taken = Number(answer);
      this.#isMet = true;
      this.#flush();
      this.#onTaken();
    }
  }

  /** What is on its way is still taken; what comes from here on waits for the next. */
  #hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#sent += 1;
    for (const bytes of encodeFrame({ kind: 'held', atUs: this.#ports.nowUs() })) this.#socket?.write(bytes);
  }

  #heldBytes(): number {
    return this.#waitingBytes + (this.#socket?.writableLength ?? 0);
  }

  #enqueue(frame: readonly Buffer[]): void {
    this.#waiting.push(frame);
    this.#waitingBytes += sizeOf(frame);
    if (this.#flushes) return;
    this.#flushes = true;
    // Not now: what is passing goes first.
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushes = false;
    const socket = this.#socket;
    if (!this.#isConnected || this.#isHeld || !socket || this.#waiting.length === 0) return;
    // Nobody is sent what they may never read. Only who has no time left hopes that they will.
    if (!this.#isMet && !this.#isClosed) return;
    socket.cork();
    for (const frame of this.#waiting) for (const bytes of frame) socket.write(bytes);
    socket.uncork();
    this.#sent += this.#waiting.length;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #tellUnseen(): void {
    for (const frame of this.#toldUnseen()) this.#enqueue(frame);
  }

  #toldUnseen(): (readonly Buffer[])[] {
    const atUs = this.#ports.nowUs();
    const count = this.#unseen;
    this.#unseen = 0;
    return [
      encodeFrame({ kind: 'cut', atUs }),
      encodeFrame({ kind: 'loss', atUs, stage: 'shim', reason: 'collector', count }),
    ];
  }
}

function sizeOf(frame: readonly Buffer[]): number {
  return frame.reduce((sum, bytes) => sum + bytes.length, FRAME_BYTES);
}
