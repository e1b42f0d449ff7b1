/**
 * What the shim adds to a stdio server: the same calls direct and through the built shim, in turns, with the collector
 * running as it does on a machine with wrapped servers.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Totals } from '../../proxy/src/contract/index.ts';
import { findFreePort, type Program, startProgram } from './program.ts';
import { median, percentile } from './statistics.ts';
import { Caller } from './stdioCaller.ts';
import { readShares, type Shares } from './usage.ts';
import { mainPath } from './variants.ts';

const PROGRAM = path.join(path.dirname(mainPath), 'sightline.js');
/** The lightest server that answers, so that nothing else is measured. It gets one call at a time. */
const SERVER =
  'process.stdin.on("data",(c)=>process.stdout.write(`{"jsonrpc":"2.0","id":${JSON.parse(c).id},"result":{"content":[]}}\\n`))';
const FORMS = ['direct', 'shim'] as const;
/** Calls of one form before the other has its turn: what the machine does meanwhile meets both. */
const TURN = 50;
const WARM_CALLS = 500;
const HANDFUL = 5;

export interface StdioPlan {
  readonly rounds: number;
  readonly calls: number;
  readonly starts: number;
}

/** Milliseconds. */
export interface Times {
  readonly p50: number;
  readonly p99: number;
}

export interface StdioFigures {
  /** One a round. */
  readonly rounds: readonly Readonly<Record<(typeof FORMS)[number], Times>>[];
  /** From start to first answer in milliseconds, one a start, in turns. */
  readonly starts: Readonly<Record<(typeof FORMS)[number], readonly number[]>>;
  /** A shim after its calls, one a round. */
  readonly memory: readonly Shares[];
  /** The middle one of as many shims as one client has servers, all running, and of the servers without shims. */
  readonly handful: { readonly count: number; readonly shims: Shares; readonly plain: Shares };
}

export async function measureStdio(plan: StdioPlan, say: (line: string) => void): Promise<StdioFigures> {
  const stateDir = mkdtempSync(path.join(tmpdir(), 'sightline-bench-stdio-'));
  const page = `127.0.0.1:${await findFreePort()}`;
  const own = ['--state-dir', stateDir, '--page-listen', page];
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:OTEL_|SIGHTLINE_|NODE_OPTIONS$)/.test(name)),
  );
  const start = (form: (typeof FORMS)[number]): Caller => {
    const server = [process.execPath, '-e', SERVER];
    const args = form === 'direct' ? server : [process.execPath, PROGRAM, 'stdio', ...own, '--', ...server];
    return new Caller(args[0] ?? '', args.slice(1), env);
  };
  const collector = await startProgram(
    { file: process.execPath, args: [PROGRAM, 'collect', ...own, '--show', 'none'] },
    Number(page.split(':')[1]),
  );
  try {
    const rounds: StdioFigures['rounds'][number][] = [];
    const memory: Shares[] = [];
    for (let round = 1; round <= plan.rounds; round++) {
      say(`round ${round} of ${plan.rounds}`);
      const callers = { direct: start('direct'), shim: start('shim') };
      rounds.push(await measureCalls(callers, plan.calls));
      memory.push(readShares(callers.shim.pid));
      await Promise.all([callers.direct.end(), callers.shim.end()]);
    }
    await checkSeen(page, collector, plan.rounds * (WARM_CALLS + plan.calls));
    say('starts');
    const starts = await measureStarts(start, plan.starts);
    say('a handful at once');
    const handful = {
      count: HANDFUL,
      shims: await measureHandful(() => start('shim')),
      plain: await measureHandful(() => start('direct')),
    };
    return { rounds, starts, memory, handful };
  } finally {
    await collector.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

async function measureCalls(
  callers: Readonly<Record<(typeof FORMS)[number], Caller>>,
  calls: number,
): Promise<StdioFigures['rounds'][number]> {
  const times: Record<(typeof FORMS)[number], number[]> = { direct: [], shim: [] };
  for (let done = 0; done < WARM_CALLS + calls; done += TURN) {
    for (const form of FORMS) {
      for (let call = 0; call < TURN; call++) {
        const ms = await callers[form].call();
        if (done >= WARM_CALLS) times[form].push(ms);
      }
    }
  }
  return { direct: summarise(times.direct), shim: summarise(times.shim) };
}

function summarise(times: readonly number[]): Times {
  const sorted = [...times].sort((a, b) => a - b);
  return { p50: percentile(sorted, 0.5) ?? 0, p99: percentile(sorted, 0.99) ?? 0 };
}

/** A shim that nobody listens to would be quick as well. @throws when not every call was observed. */
async function checkSeen(page: string, collector: Program, calls: number): Promise<void> {
  let seen = 0;
  for (let tries = 0; tries < 50 && seen !== calls; tries++) {
    await sleep(100);
    const answer = await fetch(`http://${page}/api/v1/totals`);
    const { current }: Totals = await answer.json();
    seen = current.calls;
  }
  if (seen !== calls) throw new Error(`the collector saw ${seen} of ${calls} calls:\n${collector.output()}`);
}

async function measureStarts(
  start: (form: (typeof FORMS)[number]) => Caller,
  count: number,
): Promise<StdioFigures['starts']> {
  const starts: Record<(typeof FORMS)[number], number[]> = { direct: [], shim: [] };
  // The first of each fills the caches of the system and of the compiler.
  for (let round = 0; round <= count; round++) {
    for (const form of FORMS) {
      const caller = start(form);
      const ms = await caller.firstAnswer();
      if (round > 0) starts[form].push(ms);
      await caller.end();
    }
  }
  return starts;
}

async function measureHandful(start: () => Caller): Promise<Shares> {
  const callers = Array.from({ length: HANDFUL }, start);
  for (const caller of callers) for (let call = 0; call < TURN; call++) await caller.call();
  const shares = callers.map(({ pid }) => readShares(pid));
  await Promise.all(callers.map((caller) => caller.end()));
  const middle = (of: (one: Shares) => number) => median(shares.map(of)) ?? 0;
  return {
    residentBytes: middle((one) => one.residentBytes),
    proportionalBytes: middle((one) => one.proportionalBytes),
    privateBytes: middle((one) => one.privateBytes),
  };
}
