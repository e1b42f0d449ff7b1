/** A bridge behind a real proxy, with the server of `server.ts` behind it, and clients that speak plain HTTP. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { type RunningProxy, startProxy } from '../../http/listener.ts';
import { DEFAULTS } from '../../http/testing/rig.ts';
import type { Frame } from '../../observation/frame.ts';
import { Bridge, type BridgePorts } from '../bridge.ts';
import { Keeper } from '../keeper.ts';
import type { Launch } from '../launch.ts';
import type { RunPorts } from '../run.ts';

export interface BridgeRig {
  readonly proxy: RunningProxy;
  readonly bridge: Bridge;
  /** What its processes are run with. */
  readonly runPorts: RunPorts;
  readonly frames: Frame[];
  readonly faults: string[];
  readonly url: string;
  close(): Promise<void>;
}

export const SERVER: Launch = {
  command: process.execPath,
  args: [path.join(import.meta.dirname, 'server.ts')],
  env: {},
};

export interface RigOptions extends Partial<Omit<BridgePorts, 'run'>> {
  readonly launch?: Launch;
  readonly messageBytesMax?: number;
  readonly inherited?: Readonly<Record<string, string>>;
}

export async function startBridgeRig(options: RigOptions = {}): Promise<BridgeRig> {
  const { launch = SERVER, messageBytesMax = 1_000_000, inherited, ...limits } = options;
  const frames: Frame[] = [];
  const faults: string[] = [];
  let exchanges = 0;
  const ports = {
    sink: (frame: Frame) => frames.push(frame),
    nowUs: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
    randomHex: (bytes: number) => randomBytes(bytes).toString('hex'),
    onFault: (code: string, error: unknown) => faults.push(`${code}: ${String(error)}`),
  };
  const nextExchange = () => {
    exchanges += 1;
    return exchanges;
  };
  const runPorts: RunPorts = {
    ...ports,
    launch,
    server: 'tea',
    inherited: inherited ?? { PATH: process.env['PATH'] ?? '' },
    messageBytesMax,
    keeper: new Keeper(),
    nextRun: nextExchange,
  };
  const bridge = new Bridge({
    run: runPorts,
    processesMax: 4,
    idleMs: 600_000,
    keepAliveMs: 60_000,
    ...limits,
  });
  const proxy = await startProxy(
    { ...DEFAULTS, upstreams: [{ name: 'tea', origin: 'stdio:node', endpointPath: '/mcp', headers: {} }] },
    { ...ports, nextExchange, bridges: new Map([['tea', bridge]]) },
  );
  return { proxy, bridge, runPorts, frames, faults, url: `${proxy.url}/mcp`, close: () => proxy.close() };
}

export const BOTH = 'application/json, text/event-stream';

export interface Asking {
  readonly session?: string | undefined;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export function post(url: string, body: unknown, { session, accept = BOTH, headers, signal }: Asking = {}) {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept,
      ...(session !== undefined && { 'mcp-session-id': session }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });
}

export function call(id: number | string, method: string, params: object = {}) {
  return { jsonrpc: '2.0', id, method, params };
}

export function initialize(name = 'kettle') {
  return call(0, 'initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name, version: '1' },
  });
}

/** Begins a session and gives its id. */
export async function begin(url: string): Promise<string> {
  const answer = await post(url, initialize());
  await answer.text();
  return answer.headers.get('mcp-session-id') ?? '';
}

/** The messages of an answer, whichever form it has. */
export async function messagesOf(answer: Response): Promise<unknown[]> {
  const text = await answer.text();
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  }
  return eventsOf(text);
}

export function eventsOf(text: string): unknown[] {
  return text.split('\n').flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6))] : []));
}

/** What comes on a stream, as it comes. */
export async function listen(url: string, session: string) {
  const control = new AbortController();
  const answer = await fetch(url, {
    headers: { accept: 'text/event-stream', 'mcp-session-id': session },
    signal: control.signal,
  });
  let text = '';
  const done = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) text += decoder.decode(chunk, { stream: true });
  })().catch(() => {});
  return {
    status: answer.status,
    text: () => text,
    events: () => eventsOf(text),
    done,
    leave: () => control.abort(),
  };
}

/** Whether a process runs. */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Process id of a session's server. */
export async function pidOf(url: string, session: string): Promise<number> {
  const [message] = await messagesOf(await post(url, call('p', 'pid'), { session }));
  return (message as { result: { pid: number } }).result.pid;
}

export function result(id: number | string, value: unknown = {}) {
  return { jsonrpc: '2.0', id, result: value };
}

/** The status of an answer, and the code of the error in it. */
export async function codeOf(answer: Response) {
  const [message] = (await messagesOf(answer)) as { error?: { code: number } }[];
  return [answer.status, message?.error?.code];
}
