/**
 * The benchmark: `npm run bench`. Starts load generator, upstream and receiver, checks every variant, measures them
 * in interleaved rounds, prints the tables, and with `--write` puts them into docs/performance.md. It compares and
 * reports; it is no test, and a missed target is no failure. Exit code 1 means that something could not be
 * measured, 2 wrong use.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runArchive } from './archiveReport.ts';
import { readMachine } from './machine.ts';
import { type Bench, measureRound, measureSoak, type RoundResult, type SoakResult } from './measurement.ts';
import { renderPage } from './page.ts';
import { type Plan, readPlan, soakVariants, usage } from './plan.ts';
import { profileVariant } from './profile.ts';
import { askProgram, findFreePort, type Program, startProgram } from './program.ts';
import type { ReceiverCount } from './receiverProgram.ts';
import { formatReport } from './report.ts';
import { findFaults } from './validation.ts';
import {
  type Addresses,
  buildProxy,
  findObstacle,
  type RunningVariant,
  startVariant,
  type Variant,
  type VariantName,
  variants,
} from './variants.ts';

const here = import.meta.dirname;
const pagePath = path.join(here, '..', '..', 'docs', 'performance.md');

interface Stage {
  readonly bench: Bench;
  readonly addresses: Addresses;
  stop(): Promise<void>;
}

async function startStage(): Promise<Stage> {
  const start = (file: string, port?: number): Promise<Program> =>
    startProgram(
      { file: process.execPath, args: [path.join(here, file), String(port ?? '')], ipc: true },
      port,
    );
  const upstreamPort = await findFreePort();
  const upstream = await start('upstreamProgram.ts', upstreamPort);
  const receiverPort = await findFreePort();
  const receiver = await start('receiverProgram.ts', receiverPort);
  const load = await start('loadProgram.ts');
  return {
    bench: { load, readCount: () => askProgram<ReceiverCount>(receiver, { ask: 'count' }) },
    addresses: { upstreamPort, receiverPort },
    stop: async () => {
      await Promise.all([upstream, receiver, load].map((program) => program.stop()));
    },
  };
}

class Comparison {
  readonly leftOut: { name: VariantName; reason: string }[] = [];
  readonly #rounds = new Map<VariantName, RoundResult[]>();
  readonly #soaks = new Map<VariantName, SoakResult>();
  readonly #plan: Plan;
  readonly #stage: Stage;

  constructor(plan: Plan, stage: Stage) {
    this.#plan = plan;
    this.#stage = stage;
  }

  get results(): Parameters<typeof formatReport>[0]['results'] {
    return this.#left().map(({ name }) => ({
      name,
      rounds: this.#rounds.get(name) ?? [],
      soak: this.#soaks.get(name),
    }));
  }

  async run(): Promise<void> {
    for (const variant of this.#left()) {
      const reason = findObstacle(variant);
      if (reason !== undefined) this.#leaveOut(variant, reason);
    }
    for (const variant of this.#left())
      await this.#attempt(variant, (running) => this.#validate(variant, running));
    for (let round = 0; round < this.#plan.rounds; round += 1) {
      const order = this.#left();
      // Each round begins with another variant, or the first would always meet the quietest machine.
      const turn = round % Math.max(1, order.length);
      for (const variant of [...order.slice(turn), ...order.slice(0, turn)]) {
        say(`round ${round + 1} of ${this.#plan.rounds}: ${variant.name}`);
        await this.#attempt(variant, async (running) => {
          const result = await measureRound(this.#stage.bench, variant, running, this.#plan);
          this.#rounds.set(variant.name, [...(this.#rounds.get(variant.name) ?? []), result]);
        });
      }
    }
    for (const variant of this.#left().filter(({ name }) => soakVariants.includes(name))) {
      say(`long run: ${variant.name}`);
      await this.#attempt(variant, (running) => this.#soak(variant, running));
    }
  }

  /** What fails in the long run keeps the rounds it had before: those were right. */
  async #soak(variant: Variant, running: RunningVariant): Promise<void> {
    try {
      this.#soaks.set(variant.name, await measureSoak(this.#stage.bench, variant, running, this.#plan));
    } catch (error) {
      say(`${variant.name} has no long run: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  }

  #left(): readonly Variant[] {
    return variants.filter(
      ({ name }) => this.#plan.names.includes(name) && !this.leftOut.some((row) => row.name === name),
    );
  }

  #leaveOut({ name }: Variant, reason: string): void {
    this.leftOut.push({ name, reason });
    say(`${name} is left out: ${reason}`);
  }

  /** A variant that fails is left out from then on; the others go on. */
  async #attempt(variant: Variant, act: (running: RunningVariant) => Promise<void>): Promise<void> {
    let running: RunningVariant | undefined;
    try {
      running = await startVariant(variant, this.#stage.addresses);
      await act(running);
    } catch (error) {
      this.#leaveOut(variant, error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    }
    try {
      await running?.stop();
    } catch (error) {
      if (!this.leftOut.some(({ name }) => name === variant.name)) this.#leaveOut(variant, String(error));
      process.exitCode = 1;
    }
  }

  async #validate(variant: Variant, running: RunningVariant): Promise<void> {
    const faults = await findFaults(variant, running.port, this.#stage.bench.readCount);
    if (faults.length > 0) throw new Error(`it does not do what is to be measured: ${faults.join('; ')}`);
    say(`${variant.name} answers rightly`);
  }
}

async function compare(plan: Plan, stage: Stage): Promise<void> {
  const comparison = new Comparison(plan, stage);
  await comparison.run();
  const date = new Date().toISOString();
  const { leftOut, results } = comparison;
  const text = formatReport({ date, machine: readMachine(), plan, results, leftOut });
  console.log(`\n${text}\n`);
  if (!plan.write) return;
  writeFileSync(
    pagePath,
    renderPage(existsSync(pagePath) ? readFileSync(pagePath, 'utf8') : undefined, text),
  );
  say('docs/performance.md is written');
}

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--archive')) {
    runArchive(args, pagePath, say);
    return;
  }
  if (args.includes('--page')) {
    // Loaded only here: the other runs need no browser.
    const { runPage } = await import('./pageReport.ts');
    await runPage(args, pagePath, say);
    return;
  }
  if (args.includes('--stack')) {
    const { runStack } = await import('./stackReport.ts');
    await runStack(args, pagePath, say);
    return;
  }
  if (args.includes('--panel')) {
    const { runPanel } = await import('./panelReport.ts');
    await runPanel(args, pagePath, say);
    return;
  }
  if (args.includes('--stdio')) {
    const { runStdioBench } = await import('./stdioReport.ts');
    await runStdioBench(args, pagePath, say);
    return;
  }
  const plan = readPlan(args);
  if (plan === 'help') {
    console.log(usage);
    return;
  }
  if ('problems' in plan) {
    for (const problem of plan.problems) say(problem);
    process.exitCode = 2;
    return;
  }
  if (!existsSync('/proc/self/stat')) {
    say('CPU time is read from /proc, which only Linux has: nothing can be measured here');
    process.exitCode = 1;
    return;
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  buildProxy();
  const stage = await startStage();
  try {
    const profiled = variants.find(({ name }) => name === plan.profile);
    if (profiled) console.log(await profileVariant(profiled, stage.bench, stage.addresses));
    else await compare(plan, stage);
  } finally {
    await stage.stop();
  }
}

await main();
