/** `sightline doctor`: the composition root of the check-up, apart from `main.ts` because it starts nothing. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { formatHelp } from './config/help.ts';
import type { OptionValues } from './config/options.ts';
import { parseConfig } from './config/parse.ts';
import { bad, type Findings } from './doctor/check.ts';
import { examine } from './doctor/doctor.ts';
import { checkProgram } from './doctor/program.ts';
import { problemsOf, readConfigFile, wantsColor } from './service.ts';
import { readEnvironment } from './telemetry/environment.ts';
import { type Finding, formatFindings, sumUp } from './terminal/findings.ts';

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
}

/** @param argv Words after `doctor`. */
export async function runDoctor(argv: readonly string[]): Promise<void> {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version, engines } = JSON.parse(manifest) as Manifest;
  // After `--` everything is the command of a server.
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const isJson = argv.lastIndexOf('--json', end) !== -1;
  const options = argv.filter((word, index) => word !== '--json' || index > end);
  const parsed = parseConfig({ argv: options, env: process.env, readFile: readConfigFile });
  if (parsed.kind === 'help') return void process.stdout.write(formatHelp(version));
  if (parsed.kind === 'version') return void process.stdout.write(`${version}\n`);
  const otel = readEnvironment(process.env);
  const problems = problemsOf(parsed, otel);
  const { node, sqlite } = process.versions;
  const findings = [
    ...checkProgram({ version, node, wanted: engines.node, sqlite }),
    ...problems.map(({ key, message }, at) => toFinding(`${key}: ${message}`, at === problems.length - 1)),
    ...(problems.length > 0 || parsed.kind === 'problems'
      ? []
      : await examine(parsed.config, otel, {
          env: process.env,
          home: homedir(),
          version,
          platform: process.platform,
          userId: process.getuid?.(),
          nowMs: Date.now,
          steadyMs: () => performance.now(),
          zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
        })),
  ];
  const color = parsed.kind === 'problems' ? 'auto' : parsed.config.values.color;
  process.stdout.write(isJson ? toJson(version, findings) : toText(findings, color));
  process.exitCode = problems.length > 0 ? 2 : findings.some(({ mark }) => mark === 'problem') ? 1 : 0;
}

/** What to do is the same for all of them, and stands below the last. */
function toFinding(found: string, isLast: boolean): Finding {
  const advice = 'mend what is wrong; the rest is looked at then';
  return isLast ? bad('configuration', found, advice) : { check: 'configuration', mark: 'problem', found };
}

function toJson(version: string, findings: Findings): string {
  return `${JSON.stringify({ version, summary: sumUp(findings), findings }, undefined, 2)}\n`;
}

function toText(findings: Findings, color: OptionValues['color']): string {
  const { stdout } = process;
  const options = { width: stdout.isTTY ? stdout.columns : undefined, color: wantsColor(color) };
  return `\n${formatFindings(findings, options)}\n  ${sumUp(findings)}\n\n`;
}
