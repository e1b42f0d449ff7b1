/**
 * Starts the proxy as a user does, by its command line in a process of its own, for tests against software
 * that others wrote. It reads the address the proxy prints, and refuses to know anything else of it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const mainPath = new URL('../../proxy/src/main.ts', import.meta.url).pathname;
const outputLinesKept = 200;

export interface ProxyOptions {
  /** Flags after the upstream's address. */
  readonly flags?: readonly string[];
  /** Environment besides what this process has; no OTEL variable is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kept after the end, for a second run; by default a directory of the run's own. */
  readonly stateDir?: string;
  /** Main file of another copy of the proxy. */
  readonly main?: string;
  /** Another Node than the one that runs this. */
  readonly node?: string;
}

export interface RunningProxy {
  /** The MCP endpoint behind the proxy: the proxy's origin and the upstream's path. */
  readonly url: string;
  /** The last lines that the proxy wrote, for a failing test to show. */
  output(): string;
  /** Ends the proxy by SIGTERM and resolves with its exit code once it has written everything. */
  stop(): Promise<number | null>;
  /** Ends it by SIGKILL: nothing of it runs any more, nothing is finished. */
  kill(): Promise<void>;
  /** Waits until it has written this. */
  says(pattern: RegExp): Promise<void>;
}

/** Starts the proxy in front of `upstreamUrl` on a free loopback port. @throws when it ends before it listens. */
export function startProxy(upstreamUrl: string, options: ProxyOptions = {}): Promise<RunningProxy> {
  return start(new URL(upstreamUrl), [upstreamUrl], options);
}

/** Starts the proxy in front of a stdio server, which `words` start. @throws when it ends before it listens. */
export function startBridge(words: readonly string[], options: ProxyOptions = {}): Promise<RunningProxy> {
  return start(new URL('http://127.0.0.1/mcp'), [], {
    ...options,
    flags: [...(options.flags ?? []), '--', ...words],
  });
}

/** Starts the proxy with its own demo behind and before it. @throws when it ends before it listens. */
export function startDemoProxy(options: ProxyOptions = {}): Promise<RunningProxy> {
  return start(new URL('http://127.0.0.1/mcp'), [], options);
}

async function start(upstream: URL, args: readonly string[], options: ProxyOptions): Promise<RunningProxy> {
  const ownDir =
    options.stateDir === undefined ? mkdtempSync(path.join(tmpdir(), 'sightline-peers-')) : undefined;
  const stateDir = options.stateDir ?? ownDir ?? '';
  const places = ['--listen', '127.0.0.1:0', '--page-listen', '127.0.0.1:0', '--state-dir', stateDir];
  const main = options.main ?? mainPath;
  const child = spawn(
    options.node ?? process.execPath,
    [main, ...args, ...places, ...(options.flags ?? [])],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...withoutTelemetry(process.env), ...options.env },
    },
  );
  const lines: string[] = [];
  const ended = once(child, 'close').then(() => {
    if (ownDir !== undefined) rmSync(ownDir, { recursive: true, force: true });
    return child.exitCode;
  });
  const port = await Promise.race([findPort(child, lines), ended.then(() => undefined)]);
  if (port === undefined) throw new Error(`the proxy ended before it listened:\n${lines.join('\n')}`);
  const url = new URL(upstream.pathname + upstream.search, `http://${upstream.hostname}:${port}`);
  return {
    url: url.href,
    output: () => lines.join('\n'),
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    says: async (pattern) => {
      while (!lines.some((line) => pattern.test(line))) {
        if (child.exitCode !== null) throw new Error(`ended before ${pattern}:\n${lines.join('\n')}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

/** The port in the line that says where the proxy is. */
function findPort(child: ChildProcess, lines: string[]): Promise<string> {
  return new Promise((resolve) => {
    const read = (line: string): void => {
      lines.push(line);
      if (lines.length > outputLinesKept) lines.shift();
      const port = /^ *proxy +https?:\/\/(?:127\.0\.0\.1|localhost):(\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve(port);
    };
    if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', read);
    if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', read);
  });
}

function withoutTelemetry(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(OTEL_|SIGHTLINE_)/.test(name)));
}
