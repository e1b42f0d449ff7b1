/** The pages made from the table of options: `--help` and docs/options.md. */
import { COMMAND_WORDS, PROGRAM_WORDS } from './commandWords.ts';
import { COMMANDS } from './given.ts';
import {
  environmentOf,
  fileKeyOf,
  flagOf,
  OPTION_GROUPS,
  OPTION_NAMES,
  type OptionName,
  type OptionRow,
  rowOf,
} from './options.ts';

const WIDTH = 100;
const LEFT = 31;

export function formatHelp(version: string): string {
  const lines = [
    `Sightline ${version}: shows what happens between AI clients and MCP servers.`,
    '',
    'Usage',
    '  sightline                                    in front of the bundled demo',
    '  sightline http://localhost:3000/mcp          in front of your own server',
    '  sightline --config mcp.json                  in front of every server of a client file',
    '  sightline -- npx -y some-mcp-server          in front of a stdio server, over HTTP',
    '  In a checkout of the source, `npm start --` stands for `sightline`.',
  ];
  for (const group of OPTION_GROUPS) {
    lines.push('', group);
    for (const name of namesOf(group)) lines.push(...formatRow(usageOf(name), meaningOf(rowOf(name))));
  }
  lines.push('', 'Instead of running');
  for (const { usage, means } of [...Object.values(PROGRAM_WORDS), ...Object.values(COMMAND_WORDS)])
    lines.push(...formatRow(usage, means));
  for (const [name, { short, means }] of Object.entries(COMMANDS)) {
    lines.push(...formatRow(short === undefined ? `--${name}` : `${short}, --${name}`, means));
  }
  lines.push(
    '',
    ...wrap(
      'Every option is also an environment variable (--payload-mode is SIGHTLINE_PAYLOAD_MODE) and a key of the ' +
        'configuration file (sightline.payload.mode). Flag beats environment beats file. -q is --show none.',
      WIDTH,
    ),
    ...wrap(
      'Set OTEL_EXPORTER_OTLP_ENDPOINT to export spans, log records and metrics to an OpenTelemetry collector.',
      WIDTH,
    ),
  );
  return `${lines.join('\n')}\n`;
}

function namesOf(group: string): readonly OptionName[] {
  return OPTION_NAMES.filter((name) => rowOf(name).group === group);
}

function usageOf(name: OptionName): string {
  const { type } = rowOf(name);
  switch (type.kind) {
    case 'switch':
      return rowOf(name).fallback === 'on' ? `--no-${name}` : flagOf(name);
    case 'text':
      return `${flagOf(name)} ${type.shape}`;
    case 'list':
      return `${flagOf(name)} ${type.item}${type.separator === ',' ? ',…' : ''}`;
    case 'address':
      return `${flagOf(name)} HOST:PORT`;
    case 'choice':
      return `${flagOf(name)} WORD`;
    case 'duration':
      return `${flagOf(name)} TIME`;
    case 'size':
      return `${flagOf(name)} SIZE`;
    case 'count':
      return `${flagOf(name)} N`;
  }
}

function meaningOf(row: OptionRow): string {
  const words = row.type.kind === 'choice' ? ` (${row.type.of.join(', ')})` : '';
  const standard =
    row.fallback === undefined || row.fallback === '' || row.type.kind === 'switch'
      ? ''
      : ` [${row.fallback}]`;
  return `${row.negative ?? row.means}${words}${standard}`;
}

/** A row of a help page: what to type, and what it means. */
export function formatRow(left: string, right: string): readonly string[] {
  const [first = '', ...rest] = wrap(right, WIDTH - LEFT);
  return [`  ${left.padEnd(LEFT - 3)} ${first}`, ...rest.map((line) => ' '.repeat(LEFT) + line)];
}

/** Breaks a text between words; a word longer than a line keeps its line to itself. */
export function wrap(text: string, width = WIDTH): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** docs/options.md. */
export function formatOptionsPage(): string {
  const lines = [
    '# Options',
    '',
    'Made from `proxy/src/config/options.ts` by `npm run docs`; do not edit here.',
    '',
    'Each option exists as flag, as environment variable and as key of the configuration file (nested or dotted',
    'under `"sightline"`). Flag beats environment beats file. `--check-config` prints the settings in force and',
    'where each came from. Times carry their unit (`250ms`, `60s`, `5m`), sizes too (`64KiB`, `8MiB`); switches are',
    '`on` or `off` (`--name`, `--no-name`).',
  ];
  for (const group of OPTION_GROUPS) {
    lines.push('', `## ${group}`, '', '| flag, environment, file | default | meaning |', '|---|---|---|');
    for (const name of namesOf(group)) lines.push(formatCell(name));
  }
  return `${lines.join('\n')}\n`;
}

function formatCell(name: OptionName): string {
  const row = rowOf(name);
  const keys = [flagOf(name), environmentOf(name), ...(row.notInFile ? [] : [fileKeyOf(name)])];
  const words =
    row.type.kind === 'choice' ? `; one of ${row.type.of.map((word) => `\`${word}\``).join(', ')}` : '';
  const standard = row.fallback === undefined || row.fallback === '' ? '–' : `\`${row.fallback}\``;
  const cells = [keys.map((key) => `\`${key}\``).join('<br>'), standard, `${row.means}${words}`];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
