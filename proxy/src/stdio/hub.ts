/**
 * The owner's side of the shims: takes their frames, numbers their exchanges, sees to it that a server does not outlive
 * a shim that was killed, and gives them into other hands without a loss.
 */
import type { Server, Socket } from 'node:net';
import type { ExchangeId, FrameSink, UnixMicros } from '../observation/frame.ts';
import { ANSWERS, FrameReader, GREETING, OtherVersion, type WireFrame } from './wire.ts';

export interface HubPorts {
  readonly nowUs: () => UnixMicros;
  readonly nextExchange: () => ExchangeId;
  /** Sends a signal to a process, or to a group as a negative number; 0 only asks. False when there is none. */
  readonly signal: (target: number, signal: 'SIGTERM' | 'SIGKILL' | 0) => boolean;
  readonly onFault: (code: string, error: unknown) => void;
  /** Called whenever the number of shims has changed. */
  readonly onShims: (count: number) => void;
  /** A proxy asks for the socket. Whoever says yes ends, by `hold` and then `close`. */
  readonly onTakeOver: () => boolean;
}

interface Known {
  readonly exchange: ExchangeId;
  readonly group: number;
  readonly shim: number;
}

/** Whoever has connected. */
interface Visitor {
  readonly socket: Socket;
  known: Known | undefined;
  /** Frames taken, in all. */
  taken: number;
  isHeld: boolean;
}

/** Larger than any line that a shim may send: `inspect-max` goes up to 1 GiB. */
const FRAME_BYTES_MAX = 1024 * 1024 * 1024 + 65_536;
/** A server whose shim is gone has read the end of its input: most end by themselves. */
const GRACE_MS = 2_000;
/** What shims may take to say their last word here; one that is stopped says none. */
const HOLD_MS = 3_000;

export class Hub {
  readonly #server: Server;
  readonly #ports: HubPorts;
  readonly #visitors = new Set<Visitor>();
  /** Servers whose shim was killed, and which get a moment to end by themselves. */
  readonly #orphans = new Set<Known>();
  #sink: FrameSink | undefined = undefined;
  #state: 'early' | 'open' | 'holding' | 'closed' = 'early';
  #successor: Visitor | undefined = undefined;
  #onProgress: () => void = () => {};

  /** Whoever connects waits unread until `open`, and its frames with it. */
  constructor(server: Server, ports: HubPorts) {
    this.#server = server;
    this.#ports = ports;
    server.on('connection', (socket) => this.#meet(socket));
  }

  open(sink: FrameSink): void {
    this.#sink = sink;
    this.#state = 'open';
    for (const visitor of this.#visitors) this.#listen(visitor);
  }

  /**
   * Asks the shims to keep their frames for whoever comes next, takes what is on its way, and nothing after that.
   * Resolves when that is done.
   */
  async hold(): Promise<void> {
    this.#state = 'holding';
    for (const { known, socket } of this.#visitors) if (known) socket.write(`${ANSWERS.hold}\n`);
    await new Promise<void>((resolve) => {
      const giveUp = setTimeout(resolve, HOLD_MS);
      this.#onProgress = () => {
        if (this.#successor && !this.#successor.isHeld) return;
        for (const { known, isHeld } of this.#visitors) if (known && !isHeld) return;
        clearTimeout(giveUp);
        resolve();
      };
      this.#onProgress();
    });
    this.#state = 'closed';
    for (const known of this.#orphans) this.#endNow(known);
  }

  /** Lets everybody go: shims look for the next owner at once, and forward on. */
  close(): void {
    this.#state = 'closed';
    this.#server.close();
    const visitors = [...this.#visitors];
    this.#visitors.clear();
    for (const { socket } of visitors) socket.destroy();
  }

  #meet(socket: Socket): void {
    const visitor: Visitor = { socket, known: undefined, taken: 0, isHeld: false };
    this.#visitors.add(visitor);
    this.#ports.onShims(this.#visitors.size);
    socket.on('error', () => {});
    socket.on('close', () => this.#miss(visitor));
    if (this.#state === 'open') this.#listen(visitor);
  }

  #listen(visitor: Visitor): void {
    const { socket } = visitor;
    const reader = new FrameReader(FRAME_BYTES_MAX, (frame) => this.#take(visitor, frame));
    const onData = (chunk: Buffer): void => {
      // Too late for us: a shim that does not hear that it was taken counts it as unseen.
      if (this.#state === 'closed') return;
      try {
        reader.push(chunk);
        socket.write(`${visitor.taken}\n`);
      } catch (error) {
        socket.off('data', onData);
        this.#refuse(socket, error);
      }
    };
    socket.on('data', onData);
  }

  #refuse(socket: Socket, error: unknown): void {
    const { onFault } = this.#ports;
    if (!(error instanceof OtherVersion)) {
      onFault('shim_frames', error);
      socket.destroy();
      return;
    }
    const both = `says '${error.message}', and this one '${GREETING}'`;
    onFault('stdio_version', `another Sightline ${both}; nothing of what it shows is taken`);
    socket.write(`${ANSWERS.refused} ${GREETING}\n`);
    socket.destroySoon();
  }

  #take(visitor: Visitor, frame: WireFrame): void {
    visitor.taken += 1;
    switch (frame.kind) {
      case 'process': {
        const { group, shim, ...process } = frame;
        visitor.known = { exchange: this.#ports.nextExchange(), group, shim };
        this.#sink?.({ ...process, exchange: visitor.known.exchange });
        if (this.#state === 'holding') visitor.socket.write(`${ANSWERS.hold}\n`);
        break;
      }
      case 'held':
      case 'bound':
        visitor.isHeld = true;
        this.#onProgress();
        break;
      case 'take_over':
        this.#giveAway(visitor);
        break;
      case 'loss':
        this.#sink?.(frame);
        break;
      default:
        if (!visitor.known) return;
        this.#sink?.({ ...frame, exchange: visitor.known.exchange });
        if (frame.kind === 'exit') visitor.known = undefined;
    }
  }

  #giveAway(visitor: Visitor): void {
    if (this.#successor || !this.#ports.onTakeOver()) {
      visitor.socket.write(`${ANSWERS.mine}\n`);
      return;
    }
    this.#successor = visitor;
    // Its file is gone when this returns, and those who are connected stay so.
    this.#server.close();
    visitor.socket.write(`${ANSWERS.yours}\n`);
  }

  #miss(visitor: Visitor): void {
    if (!this.#visitors.delete(visitor)) return;
    if (visitor === this.#successor) this.#successor = undefined;
    this.#ports.onShims(this.#visitors.size);
    this.#onProgress();
    const { known } = visitor;
    if (!known) return;
    if (this.#state === 'closed') {
      this.#endNow(known);
      return;
    }
    this.#sink?.({ kind: 'exit', exchange: known.exchange, atUs: this.#ports.nowUs(), how: 'lost' });
    this.#endOrphan(known);
  }

  /** A shim that was killed could not end its server; one that only lost the socket is alive and will be back. */
  #endOrphan(known: Known): void {
    const { signal } = this.#ports;
    this.#orphans.add(known);
    setTimeout(() => {
      if (!this.#orphans.has(known)) return;
      if (!signal(known.shim, 0) && signal(-known.group, 'SIGTERM')) {
        setTimeout(() => this.#endNow(known), GRACE_MS);
      } else this.#orphans.delete(known);
    }, GRACE_MS);
  }

  #endNow(known: Known): void {
    const { signal } = this.#ports;
    this.#orphans.delete(known);
    if (!signal(known.shim, 0)) signal(-known.group, 'SIGKILL');
  }
}
