/** Owners of one local socket without what is behind them, and links to it. Everything is closed by `close`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Frame } from '../../observation/frame.ts';
import { claimSocket } from '../claim.ts';
import { Hub, type HubPorts } from '../hub.ts';
import { Link } from '../link.ts';
import type { SightedLine } from '../tap.ts';
import type { WireProcess } from '../wire.ts';

export const EXIT = { kind: 'exit', atUs: 3, how: 'client_gone', code: 0 } as const;
export const PROCESS: WireProcess = {
  kind: 'process',
  atUs: 1,
  server: 'shop',
  process: 'p',
  group: 0,
  shim: 0,
};

export interface Owner {
  readonly frames: Frame[];
  readonly hub: Hub;
  readonly server: Server;
  readonly faults: string[];
}

export class HubRig {
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'sightline-link-'));
  readonly socketPath = path.join(this.#directory, 'stdio.sock');
  readonly #owners: Owner[] = [];

  /** Claims the socket; @throws when it is taken. */
  async own(ports: Partial<HubPorts> = {}): Promise<Owner> {
    const server = await claimSocket(this.socketPath);
    if (!server) throw new Error('the socket is taken');
    return this.ownBy(server, ports);
  }

  ownBy(server: Server, ports: Partial<HubPorts> = {}): Owner {
    const frames: Frame[] = [];
    const faults: string[] = [];
    let exchanges = 0;
    const hub = new Hub(server, {
      nowUs: () => 9,
      nextExchange: () => {
        exchanges += 1;
        return exchanges;
      },
      // Nobody may be signalled by a test: whoever is asked for runs.
      signal: () => true,
      onFault: (code) => faults.push(code),
      onShims: () => {},
      onTakeOver: () => false,
      ...ports,
    });
    hub.open((frame) => frames.push(frame));
    const owner = { frames, hub, server, faults };
    this.#owners.push(owner);
    return owner;
  }

  link(ports: { readonly onStart?: () => void; readonly onRefused?: (greeting: string) => void } = {}): Link {
    return new Link(PROCESS, {
      connect: () => connect(this.socketPath),
      startCollector: ports.onStart ?? (() => {}),
      onRefused: ports.onRefused ?? (() => {}),
      nowUs: () => 5,
    });
  }

  close(): void {
    for (const { hub } of this.#owners) hub.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

export function aLine(text: string | Buffer, more: Partial<SightedLine> = {}): SightedLine {
  const data = Buffer.from(text);
  return { kind: 'line', from: 'client', atUs: 2, receivedUs: 1, bytes: data.length, data, ...more };
}

/** Frames in few words. */
export function shown(frames: readonly Frame[]): string[] {
  return frames.map((frame) => {
    if (frame.kind === 'line') return `line ${frame.line.text ?? frame.line.problem}`;
    if (frame.kind === 'loss') return `loss ${frame.stage} ${frame.count}`;
    return frame.kind;
  });
}
