/**
 * The collector's side of the shims: takes their frames, numbers their exchanges, and sees to it that a server does
 * not outlive a shim that was killed.
 */
import type { Server, Socket } from 'node:net';
import type { ExchangeId, FrameSink, UnixMicros } from '../observation/frame.ts';
import { FrameReader, type WireFrame } from './wire.ts';

export interface HubPorts {
  readonly sink: FrameSink;
  readonly nowUs: () => UnixMicros;
  readonly nextExchange: () => ExchangeId;
  /** Sends a signal to a process, or to a group as a negative number; 0 only asks. False when there is none. */
  readonly signal: (target: number, signal: 'SIGTERM' | 'SIGKILL' | 0) => boolean;
  readonly onFault: (code: string, error: unknown) => void;
  /** Called whenever the number of shims has changed. */
  readonly onShims: (count: number) => void;
}

interface Known {
  readonly exchange: ExchangeId;
  readonly group: number;
  readonly shim: number;
}

/** Larger than any line that a shim may send: `inspect-max` goes up to 1 GiB. */
const FRAME_BYTES_MAX = 1024 * 1024 * 1024 + 65_536;
/** A server whose shim is gone has read the end of its input: most end by themselves. */
const GRACE_MS = 2_000;

export class Hub {
  readonly #ports: HubPorts;
  readonly #shims = new Set<Socket>();
  #isClosed = false;

  constructor(server: Server, ports: HubPorts) {
    this.#ports = ports;
    server.on('connection', (socket) => this.#take(socket));
  }

  /** Lets the shims go; they forward on. */
  close(): void {
    this.#isClosed = true;
    for (const socket of this.#shims) socket.destroy();
  }

  #take(socket: Socket): void {
    const { sink, nowUs, nextExchange, onFault, onShims } = this.#ports;
    let known: Known | undefined;
    let taken = 0;
    const reader = new FrameReader(FRAME_BYTES_MAX, (frame: WireFrame) => {
      taken += 1;
      if (frame.kind === 'process') {
        const { group, shim, ...process } = frame;
        known = { exchange: nextExchange(), group, shim };
        sink({ ...process, exchange: known.exchange });
      } else if (frame.kind === 'loss') sink(frame);
      else if (known) {
        sink({ ...frame, exchange: known.exchange });
        if (frame.kind === 'exit') known = undefined;
      }
    });
    this.#shims.add(socket);
    onShims(this.#shims.size);
    socket.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
        socket.write(`${taken}\n`);
      } catch (error) {
        onFault('shim_frames', error);
        socket.destroy();
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#shims.delete(socket);
      onShims(this.#shims.size);
      if (!known || this.#isClosed) return;
      sink({ kind: 'exit', exchange: known.exchange, atUs: nowUs(), how: 'lost' });
      this.#endOrphans(known);
    });
  }

  /** A shim that was killed could not end its server; one that only lost the socket is alive and will be back. */
  #endOrphans({ group, shim }: Known): void {
    const { signal } = this.#ports;
    setTimeout(() => {
      if (signal(shim, 0) || !signal(-group, 'SIGTERM')) return;
      setTimeout(() => signal(-group, 'SIGKILL'), GRACE_MS);
    }, GRACE_MS);
  }
}
