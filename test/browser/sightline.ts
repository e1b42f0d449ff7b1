/**
 * The real program for browser tests: `main.ts` as a user starts it, on free ports, with a state directory of its
 * own, ended by its own process. It can be killed without warning and started again at the same addresses.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../bench/program.ts';
import { deliver, endDelivery } from './panelShell.ts';

const MAIN = path.resolve('proxy/src/main.ts');
const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 20_000;

export interface SightlineOptions {
  /** What stands after the program's name; nothing is the demo. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** An archive that is already there, and stays; a new one that is removed afterwards by default. */
  readonly stateDir?: string;
  /** The program is not to become ready, only to live. */
  readonly archiveFails?: true;
}

const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

export class Sightline {
  readonly pageUrl: string;
  readonly proxyUrl: string;
  readonly stateDir: string;
  readonly #options: SightlineOptions;
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(options: SightlineOptions, proxyPort: number, pagePort: number, stateDir: string) {
    this.#options = options;
    this.proxyUrl = `http://127.0.0.1:${proxyPort}`;
    this.pageUrl = `http://127.0.0.1:${pagePort}`;
    this.stateDir = stateDir;
  }

  /** Starts it and waits until page and proxy answer. @throws with its output when it ends first. */
  static async start(options: SightlineOptions = {}): Promise<Sightline> {
    const stateDir = options.stateDir ?? makeStateDir();
    const program = new Sightline(options, await findFreePort(), await findFreePort(), stateDir);
    await program.#begin();
    return program;
  }

  /** Of the process that runs now. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** As a power cut would: no signal handler runs. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    child.kill('SIGKILL');
    await ended(child);
  }

  /** Starts it again, at the same addresses and with the same state. */
  async restart(): Promise<void> {
    await this.kill();
    await this.#begin();
  }

  /** Sends what the archive had before the program began to where the page of this run looks, if not into the archive. */
  async deliverHistory(): Promise<void> {
    const delivery = await deliver(this.pageUrl);
    if (Object.keys(delivery).length === 0) return;
    const child = spawn(process.execPath, [MAIN, 'export', '--from', '1d', '--state-dir', this.stateDir], {
      env: { ...cleanEnv(), ...delivery },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    living.add(child);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-20_000);
    });
    await ended(child);
    living.delete(child);
    if (child.exitCode !== 0) throw new Error(`the history could not be delivered:\n${said}`);
  }

  /** Ends it in order and removes its state, unless that was given. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child) {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await ended(child);
      clearTimeout(late);
    }
    await endDelivery(this.pageUrl);
    if (this.#options.stateDir === undefined) rmSync(this.stateDir, { recursive: true, force: true });
  }

  async #begin(): Promise<void> {
    const delivery = await deliver(this.pageUrl);
    const address = (url: string): string => new URL(url).host;
    const child = spawn(
      process.execPath,
      [
        MAIN,
        ...(this.#options.args ?? []),
        ...['--listen', address(this.proxyUrl), '--page-listen', address(this.pageUrl)],
        ...['--state-dir', this.stateDir],
      ],
      {
        env: { ...cleanEnv(), NO_COLOR: '1', ...delivery, ...this.#options.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#child = child;
    this.#output = '';
    living.add(child);
    child.once('close', () => living.delete(child));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = `${this.#output}${text}`.slice(-20_000);
      });
    }
    const untilMs = performance.now() + READY_WITHIN_MS;
    while (!(await answers(`${this.pageUrl}/${this.#options.archiveFails ? 'healthz' : 'readyz'}`))) {
      if (child.exitCode !== null || performance.now() > untilMs) {
        await this.kill();
        throw new Error(`Sightline did not become ready:\n${this.#output}`);
      }
      await sleep(30);
    }
  }
}

export function makeStateDir(): string {
  return mkdtempSync(path.join(tmpdir(), 'sightline-browser-'));
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
}

function cleanEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OTEL_|SIGHTLINE_)/.test(name)),
  );
}
