/** What is measured, for how long, and what is to be reached: the tables of the benchmark, and its options. */
import { parseArgs } from 'node:util';
import type { ClosedJob, OpenJob } from './loadJob.ts';
import { type VariantName, variants } from './variants.ts';

/** The phases in the order in which they run. */
export const phases = {
  closed16: { kind: 'closed', fixture: 'call', connections: 16 },
  closed1: { kind: 'closed', fixture: 'call', connections: 1 },
  closed64: { kind: 'closed', fixture: 'call', connections: 64 },
  open1000: { kind: 'open', fixture: 'call', connections: 64, ratePerSecond: 1_000 },
  open3000: { kind: 'open', fixture: 'call', connections: 64, ratePerSecond: 3_000 },
  stream: { kind: 'closed', fixture: 'stream', connections: 16 },
  document: { kind: 'closed', fixture: 'document', connections: 16 },
} as const satisfies Record<
  string,
  Omit<ClosedJob, 'port' | 'durationMs'> | Omit<OpenJob, 'port' | 'durationMs'>
>;

export type PhaseName = keyof typeof phases;

/** Requests a second of the long run, and its variants: it costs a minute each. */
export const soakRate = 3_000;
export const soakVariants: readonly VariantName[] = [
  'hpm',
  'sightline-bare',
  'sightline-export',
  'sightline-archive',
];

export interface Plan {
  readonly rounds: number;
  readonly warmMs: number;
  readonly phaseMs: Readonly<Record<PhaseName, number>>;
  readonly soakMs: number;
  readonly names: readonly VariantName[];
  readonly quick: boolean;
  readonly write: boolean;
  /** Profile this variant instead of comparing. */
  readonly profile: VariantName | undefined;
}

export const roundsWanted = 5;
const roundsMax = 50;

const fullMs = {
  closed16: 3_000,
  closed1: 1_000,
  closed64: 1_000,
  open1000: 2_000,
  open3000: 3_000,
  stream: 1_000,
  document: 1_000,
};
const quickMs = {
  closed16: 800,
  closed1: 300,
  closed64: 300,
  open1000: 400,
  open3000: 600,
  stream: 300,
  document: 300,
};

export const usage = `npm run bench -- [options]

  --quick             one short round of everything, about a minute: a smoke test, its numbers mean little
  --runs N            interleaved rounds (default ${roundsWanted}; fewer cannot be written)
  --only NAME,NAME    these variants only: ${variants.map(({ name }) => name).join(', ')}
  --write             write docs/performance.md
  --profile NAME      load this variant under the CPU profiler and name where the time goes
  --archive           the archive instead: what writing costs, how long answers take (with --quick, --write)
  --page              the page instead: from a click to drawn rows in Chromium (with --quick, --small, --write)
  --stack             the native stack instead: from event to found, rate, memory, disk (with --quick, --write)
  --panel             the panel's questions instead: from asking Loki and Tempo to rows (with --quick, --write)
  --stdio             the shim of stdio servers instead: round trip, start, memory (with --quick, --write)
  --help              this text
`;

/** Reads the options, or says everything that is wrong with them. */
export function readPlan(args: readonly string[]): Plan | 'help' | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  let values: Values;
  try {
    ({ values } = parseArgs({ args: [...args], options, strict: true }));
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
  if (values.help === true) return 'help';
  const quick = values.quick === true;
  const rounds = values.runs === undefined ? (quick ? 1 : roundsWanted) : Number(values.runs);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > roundsMax) {
    problems.push(`--runs: a whole number from 1 to ${roundsMax} is needed, not '${values.runs}'`);
  }
  const known = (option: string, name: string): VariantName[] => {
    const found = variants.find((variant) => variant.name === name);
    if (found === undefined) problems.push(`${option}: there is no variant '${name}'`);
    return found ? [found.name] : [];
  };
  const names = values.only?.split(',').flatMap((name) => known('--only', name.trim()));
  const [profile] = values.profile === undefined ? [] : known('--profile', values.profile);
  const write = values.write === true;
  if (write && (quick || values.only !== undefined || rounds < roundsWanted)) {
    problems.push(`--write: only a full run of all variants with at least ${roundsWanted} rounds is written`);
  }
  if (problems.length > 0) return { problems };
  return {
    rounds,
    warmMs: quick ? 600 : 3_000,
    phaseMs: quick ? quickMs : fullMs,
    soakMs: quick ? 2_000 : 60_000,
    names: names ?? variants.map(({ name }) => name),
    quick,
    write,
    profile,
  };
}

const options = {
  quick: { type: 'boolean' },
  runs: { type: 'string' },
  only: { type: 'string' },
  write: { type: 'boolean' },
  profile: { type: 'string' },
  help: { type: 'boolean' },
} as const;

interface Values {
  readonly quick?: boolean;
  readonly runs?: string;
  readonly only?: string;
  readonly write?: boolean;
  readonly profile?: string;
  readonly help?: boolean;
}
