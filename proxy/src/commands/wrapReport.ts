/** What `wrap` and `unwrap` say. */
import type { DifferenceLine } from '../clients/difference.ts';
import { CLIENTS, type Surroundings } from '../clients/known.ts';
import { PROGRAM_WORDS, WRAP_SWITCHES, type WrapWord } from '../config/commandWords.ts';
import { wrap as breakLines, formatRow } from '../config/help.ts';
import { createPainter, type Tone } from '../terminal/paint.ts';
import { plainText } from '../terminal/text.ts';

export interface ChangeFacts {
  readonly word: WrapWord;
  /** The client, or the file's name. */
  readonly title: string;
  readonly path: string;
  readonly done: readonly string[];
  readonly left: readonly { readonly name: string; readonly why: string }[];
  readonly difference: readonly DifferenceLine[];
  readonly dryRun: boolean;
  /** Where the backup is, as long as there is one. */
  readonly backup: string | undefined;
  /** Somebody has edited the file since it was wrapped. */
  readonly edited: boolean;
  readonly restart: string;
  readonly pageUrl: string;
  /** What takes it back. */
  readonly undo: string;
  readonly notes: readonly string[];
  readonly color: boolean;
}

const TONES: Readonly<Record<DifferenceLine['sign'], Tone>> = {
  '@': 'muted',
  ' ': 'plain',
  '-': 'bad',
  '+': 'good',
};

export function formatChange(facts: ChangeFacts): string {
  const paint = createPainter(facts.color);
  const { word, done, dryRun } = facts;
  const row = (label: string, value: string): string => `  ${paint(label.padEnd(9), 'muted')} ${value}`;
  const lines = [
    '',
    `  ${paint(plainText(facts.title), 'strong')}  ${paint(plainText(facts.path), 'muted')}`,
    '',
  ];
  for (const { sign, text } of facts.difference) {
    const shown = sign === '@' ? text : `${sign} ${shownLine(text)}`;
    lines.push(`  ${paint(shown.trimEnd(), TONES[sign])}`);
  }
  if (facts.difference.length > 0) lines.push('');
  if (done.length > 0) lines.push(row(`${word}ped`, plainText(done.join(', '))));
  else lines.push(row('nothing', nothingWords(facts)));
  for (const { name, why } of facts.left) lines.push(row('left', plainText(`${name}: ${why}`)));
  if (done.length > 0 && facts.edited) {
    lines.push(row('note', 'the file was edited since it was wrapped: only what wrap had put there is gone'));
  }
  if (dryRun) lines.push(row('written', 'nothing (--dry-run)'));
  else if (done.length > 0) {
    lines.push(row('next', facts.restart));
    if (word === 'wrap') {
      lines.push(
        row('page', `${paint(facts.pageUrl, 'strong')}  ${paint('while a wrapped server runs', 'muted')}`),
      );
      lines.push(row('undo', plainText(facts.undo)));
    }
  }
  if (facts.backup !== undefined && !dryRun) lines.push(row('backup', plainText(facts.backup)));
  for (const note of facts.notes) lines.push(row('note', paint(plainText(note), 'warn')));
  return `${lines.join('\n')}\n\n`;
}

function nothingWords({ word, left }: ChangeFacts): string {
  if (word === 'unwrap') return 'no server is wrapped';
  if (left.length > 0) return 'there is no other server to wrap';
  return 'it has no servers: there is nothing under mcpServers, servers or mcp.servers';
}

/** A line of a stranger's file, its indentation kept. */
function shownLine(text: string): string {
  const [space = ''] = /^[ \t]*/.exec(text) ?? [];
  return space.replaceAll('\t', '  ') + plainText(text);
}

export function formatWrapHelp(word: WrapWord, about: Surroundings): string {
  const { usage, means } = PROGRAM_WORDS[word];
  const sentence = `${means[0]?.toUpperCase()}${means.slice(1)}.`;
  const lines = ['Usage', `  sightline ${usage}`, '', ...breakLines(sentence), '', 'Clients'];
  for (const { name, title, places } of CLIENTS)
    lines.push(...formatRow(name, `${title}: ${places(about).join(' or ')}`));
  lines.push(
    ...formatRow(
      'FILE',
      'any JSON file with servers under mcpServers, servers or mcp.servers; comments are fine',
    ),
    '',
    'Options',
  );
  for (const [name, meaning] of Object.entries(WRAP_SWITCHES)) lines.push(...formatRow(`--${name}`, meaning));
  if (word === 'wrap') {
    lines.push(
      ...formatRow(
        'any other',
        'goes into the commands, for the wrapped servers; sightline --help lists them',
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}
