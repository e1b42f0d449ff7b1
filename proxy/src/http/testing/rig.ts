/**
 * A real proxy between a real client and a real upstream, for tests of the byte path: plain sockets on both sides,
 * so that a test sees every byte. Everything started here is closed by `close`.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { connect, createServer as createNetServer, type Socket } from 'node:net';
import { type Listening, listenOn } from '../../../../test/support/listenOn.ts';
import type { Frame } from '../../observation/frame.ts';
import { type ProxyDeps, type RunningProxy, startProxy } from '../listener.ts';
import type { ProxySettings, UpstreamSettings } from '../settings.ts';

export const DEFAULTS: Omit<ProxySettings, 'upstreams'> = {
  host: '127.0.0.1',
  port: 0,
  single: true,
  prefixed: false,
  rewriteUrls: false,
  preserveHost: false,
  forwardedHeaders: false,
  trustedProxies: [],
  allowedHosts: [],
  allowedOrigins: [],
  inspectBytesMax: 8 * 1024 * 1024,
  credentialPrefix: true,
  traceParent: 'parent',
  rewriteTraceparent: false,
  propagateSampled: false,
  observe: true,
  drainMs: 0,
};

export function anUpstream(origin: string, name = 'tea'): UpstreamSettings {
  return { name, origin, endpointPath: '/mcp', headers: {} };
}

export interface Rig {
  readonly proxy: RunningProxy;
  readonly upstream: Listening;
  readonly frames: Frame[];
  readonly faults: string[];
  /** Resolves when this many frames of a kind have come. */
  waitFor<K extends Frame['kind']>(kind: K, count?: number): Promise<Extract<Frame, { kind: K }>[]>;
  close(): Promise<void>;
}

/** What an upstream of raw bytes does with a connection. */
export type RawUpstream = (socket: Socket) => void;

export async function startRig(
  serve: { readonly http: RequestListener } | { readonly raw: RawUpstream },
  settings: Partial<ProxySettings> = {},
  deps: Partial<ProxyDeps> = {},
): Promise<Rig> {
  const server = 'http' in serve ? createServer(serve.http) : createNetServer(serve.raw);
  const upstream = await listenOn(server);
  return await startRigOn(upstream, { upstreams: [anUpstream(upstream.origin)], ...settings }, deps);
}

/** The same with an upstream that is there already. */
export async function startRigOn(
  upstream: Listening,
  settings: Partial<ProxySettings> & Pick<ProxySettings, 'upstreams'>,
  deps: Partial<ProxyDeps> = {},
): Promise<Rig> {
  const frames: Frame[] = [];
  const faults: string[] = [];
  const arrivals = new Set<() => void>();
  const proxy = await startProxy(
    { ...DEFAULTS, ...settings },
    {
      sink: (frame) => {
        frames.push(frame);
        for (const arrival of arrivals) arrival();
      },
      nowUs: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
      randomHex: (bytes) => randomBytes(bytes).toString('hex'),
      onFault: (code, error) => faults.push(`${code}: ${String(error)}`),
      ...deps,
    },
  );
  return {
    proxy,
    upstream,
    frames,
    faults,
    waitFor: async <K extends Frame['kind']>(kind: K, count = 1) => {
      const found = () => frames.filter((frame): frame is Extract<Frame, { kind: K }> => frame.kind === kind);
      await until(() => found().length >= count, arrivals);
      return found();
    },
    close: async () => {
      await proxy.close();
      await upstream.close();
    },
  };
}

function until(reached: () => boolean, arrivals: Set<() => void>): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (!reached()) return;
      arrivals.delete(check);
      resolve();
    };
    arrivals.add(check);
    check();
  });
}

export interface RawClient {
  readonly socket: Socket;
  /** Everything received so far, as latin1. */
  text(): string;
  /** Resolves once the text received matches. */
  waitFor(pattern: RegExp): Promise<string>;
  /** Resolves with everything when the connection is closed; `broken` when it ended by a reset. */
  closed(): Promise<{ text: string; broken: boolean }>;
  send(text: string): void;
}

/** A client of plain bytes. */
export async function openClient(port: number): Promise<RawClient> {
  const socket = connect({ host: '127.0.0.1', port });
  const chunks: Buffer[] = [];
  const arrivals = new Set<() => void>();
  let broken = false;
  let isClosed = false;
  const tell = () => {
    for (const arrival of arrivals) arrival();
  };
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    tell();
  });
  socket.on('error', () => {
    broken = true;
  });
  socket.on('close', () => {
    isClosed = true;
    tell();
  });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const text = () => Buffer.concat(chunks).toString('latin1');
  return {
    socket,
    text,
    waitFor: async (pattern) => {
      await until(() => pattern.test(text()) || isClosed, arrivals);
      return text();
    },
    closed: async () => {
      await until(() => isClosed, arrivals);
      return { text: text(), broken };
    },
    send: (bytes) => socket.write(bytes, 'latin1'),
  };
}

/** A POST to the MCP endpoint as bytes. */
export function aPost(body: string, headers = '', path = '/mcp'): string {
  return (
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}` +
    `Content-Length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`
  );
}

/** Collects one request from a raw connection and answers with fixed bytes. */
export function answerWith(reply: string, onRequest: (text: string) => void = () => undefined): RawUpstream {
  return (socket) => {
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      const end = received.indexOf('\r\n\r\n');
      if (end === -1) return;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      const chunked = /transfer-encoding: chunked/i.test(received);
      if (chunked ? !received.endsWith('0\r\n\r\n') : received.length < end + 4 + length) return;
      onRequest(received);
      received = '';
      socket.write(reply, 'latin1');
    });
  };
}
