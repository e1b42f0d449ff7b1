/**
 * The conformance run: every scenario of both requirement sets, directly and through the proxy, compared check
 * by check; those of servers also with the fixture as a stdio server behind the bridge.
 * `node test/conformance/run.ts [part of a scenario's name]`; exits with 1 when anything is not as it should be.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBridge, startProxy } from '../support/peersProxy.ts';
import { type CheckCounts, type Comparison, countStatus, judge, type Leg } from './compare.ts';
import { expectedDifferences } from './expectedDifferences.ts';
import { startFixture } from './fixture.ts';
import {
  listRequirements,
  type Requirement,
  type Revision,
  revisions,
  runClientScenario,
  runServerScenarios,
} from './suite.ts';

/** What the fixture passes directly; fewer means that the comparison has become weaker. */
const passedMin: Readonly<Record<Revision, number>> = { '2025-11-25': 84, '2026-07-28': 164 };

const wanted = process.argv[2] ?? '';
const outputPath = mkdtempSync(join(tmpdir(), 'sightline-conformance-'));
const here = new URL('.', import.meta.url).pathname;

type Side = 'direct' | 'proxied' | 'bridged';

/** Where one side of one comparison leaves its checks and output. */
function placeOf(revision: Revision, leg: string, scenario: string, side: Side): string {
  return join(outputPath, revision, leg, scenario, side);
}

/** Each side gets a fixture of its own: a change announced for one must not be heard by the other. */
async function compareServers(
  revision: Revision,
  requirements: readonly Requirement[],
): Promise<Comparison[]> {
  const fixture = await startFixture();
  const behind = await startFixture();
  const [proxy, bridge] = await Promise.all([
    startProxy(behind.url),
    // The suite ends none of its sessions, so each keeps its process.
    startBridge([process.execPath, `${here}fixtureStdio.ts`], { flags: ['--bridge-processes', '1000'] }),
  ]);
  try {
    const [direct, proxied] = await Promise.all([
      runServerScenarios(fixture.url, revision, placeOf(revision, 'server', '', 'direct')),
      runServerScenarios(proxy.url, revision, placeOf(revision, 'server', '', 'proxied')),
    ]);
    // Not beside the two: some scenarios allow a second, which three runs on two cores do not keep.
    const bridged = await runServerScenarios(
      // The suite's DNS-rebinding scenario wants a name.
      bridge.url.replace('127.0.0.1', 'localhost'),
      revision,
      placeOf(revision, 'server', '', 'bridged'),
    );
    const compare = (leg: Leg, through: typeof direct): Comparison[] =>
      requirements.map((requirement) => ({
        ...requirement,
        leg,
        revision,
        direct: direct.get(requirement.scenario) ?? new Map(),
        proxied: through.get(requirement.scenario) ?? new Map(),
      }));
    return [...compare('server', proxied), ...compare('bridge', bridged)];
  } finally {
    await Promise.all([proxy.stop(), bridge.stop()]);
    await Promise.all([fixture.close(), behind.close()]);
  }
}

async function compareClient(revision: Revision, requirement: Requirement): Promise<Comparison> {
  const { scenario } = requirement;
  const run = (program: string, side: 'direct' | 'proxied'): Promise<CheckCounts> =>
    runClientScenario(
      `${process.execPath} ${here}${program}`,
      scenario,
      revision,
      placeOf(revision, 'client', scenario, side),
    );
  // An OAuth client refuses metadata that name another address than the one it was given: behind a proxy with
  // an address of its own, that is what `--rewrite-urls` is for.
  const program = scenario.startsWith('auth/') ? 'proxiedClient.ts --rewrite-urls' : 'proxiedClient.ts';
  const direct = await run('client.ts', 'direct');
  return { ...requirement, revision, direct, proxied: await run(program, 'proxied') };
}

/** Runs the jobs in order, at most `atOnce` at a time, and keeps their order in the results. */
async function runAtMost<Result>(
  atOnce: number,
  jobs: readonly (() => Promise<Result>)[],
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = jobs.entries();
  const work = async (): Promise<void> => {
    for (const [index, job] of queue) results[index] = await job();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

const comparisons: Comparison[] = [];
const clientJobs: (() => Promise<Comparison>)[] = [];
for (const revision of revisions) {
  const requirements = (await listRequirements(revision)).filter(({ scenario }) => scenario.includes(wanted));
  const servers = requirements.filter(({ leg }) => leg === 'server');
  if (servers.length > 0) comparisons.push(...(await compareServers(revision, servers)));
  for (const requirement of requirements) {
    if (requirement.leg === 'client') clientJobs.push(() => compareClient(revision, requirement));
  }
}
comparisons.push(...(await runAtMost(Math.max(2, availableParallelism()), clientJobs)));

for (const revision of revisions) {
  for (const leg of ['server', 'bridge', 'client'] as const) {
    const of = comparisons.filter((row) => row.revision === revision && row.leg === leg);
    const count = (side: 'direct' | 'proxied', status: string): number =>
      of.reduce((sum, row) => sum + countStatus(row[side], status), 0);
    const numbers = (side: 'direct' | 'proxied'): string =>
      `${count(side, 'SUCCESS')} pass, ${count(side, 'FAILURE')} fail`;
    console.log(
      `${leg} ${revision}: ${of.length} scenarios; direct ${numbers('direct')}; through the proxy ${numbers('proxied')}`,
    );
    const least = passedMin[revision];
    if (wanted === '' && leg === 'server' && count('direct', 'SUCCESS') < least) {
      console.log(`FAILED fewer than ${least} checks pass directly`);
      process.exitCode = 1;
    }
  }
}
const verdict = judge(comparisons, expectedDifferences);
for (const [reason, names] of verdict.expected) console.log(`expected: ${reason}\n  ${names.join('\n  ')}`);
for (const line of verdict.failures) console.log(`FAILED ${line}`);
if (verdict.failures.length > 0 || comparisons.length === 0) {
  console.log(`what the suite said is kept in ${outputPath}`);
  process.exitCode = 1;
} else {
  rmSync(outputPath, { recursive: true });
}
console.log(`set aside, by the list above or as unscored failures of both sides: ${verdict.setAside} checks`);
// Every scenario runs, so nothing is ever skipped; the line says so for whoever reads only the last one.
console.log(`${verdict.passed} passed, ${verdict.failures.length} failed, 0 skipped`);
