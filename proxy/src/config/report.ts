/**
 * What `--check-config` prints, and how problems are printed. Values of headers and variables never appear: they hold
 * credentials.
 */

import type { Config } from './config.ts';
import { OPTION_GROUPS, OPTION_NAMES, rowOf } from './options.ts';
import type { Problem } from './problem.ts';
import type { Upstream } from './servers.ts';
import { formatValue } from './values.ts';

/** The settings in force and where each came from, options in their groups. */
export function formatConfig(config: Config): string {
  const lines: string[] = [];
  for (const group of OPTION_GROUPS) {
    lines.push(group);
    for (const name of OPTION_NAMES.filter((one) => rowOf(one).group === group)) {
      const shown = formatValue(rowOf(name).type, config.values[name]);
      const value = rowOf(name).secret && shown !== '' ? 'set' : shown;
      const origin = config.origins[name];
      const from = origin.from === 'default' ? 'default' : `${origin.from} ${origin.key}`;
      lines.push(`  ${name.padEnd(20)} ${(value === '' ? '–' : value).padEnd(24)} ${from}`);
    }
    lines.push('');
  }
  lines.push('Upstreams');
  for (const upstream of config.upstreams) {
    const names = Object.keys(upstream.kind === 'http' ? upstream.headers : upstream.env);
    const adds = names.length > 0 ? `  (adds ${names.join(', ')})` : '';
    lines.push(`  ${upstream.name.padEnd(20)} ${describeUpstream(upstream)}${adds}`);
  }
  if (config.upstreams.length === 0) lines.push('  none given: the bundled demo');
  for (const warning of config.warnings) lines.push('', `Note: ${warning}.`);
  return `${lines.join('\n')}\n`;
}

/** Where it is, or what starts it: arguments may hold secrets, so they are only counted. */
export function describeUpstream(upstream: Upstream): string {
  if (upstream.kind === 'http') return upstream.url.href;
  const { command, args } = upstream;
  const more = args.length === 0 ? '' : ` with ${args.length} argument${args.length === 1 ? '' : 's'}`;
  return `a process of ${command}${more} for each client`;
}

export function formatProblems(problems: readonly Problem[]): string {
  const head = problems.length === 1 ? 'One thing is wrong:' : `${problems.length} things are wrong:`;
  return `${[head, ...problems.map(({ key, message }) => `  ${key}: ${message}`)].join('\n')}\n`;
}
