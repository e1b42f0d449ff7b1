/** A list of findings to be read once: what was looked at, how it stands, and below it what to do. */
import { createPainter, type Tone } from './paint.ts';
import { plainText, widthOf } from './text.ts';

export type Mark = 'ok' | 'warning' | 'problem';

export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  readonly mark: Mark;
  readonly found: string;
  /** What to do about it; absent where there is nothing to do. */
  readonly advice?: string;
}

export interface FindingsOptions {
  /** Columns of the terminal; undefined when nobody cuts lines. */
  readonly width: number | undefined;
  readonly color: boolean;
}

const TONES: Readonly<Record<Mark, Tone>> = { ok: 'good', warning: 'warn', problem: 'bad' };
const MARK_WIDTH = 'warning'.length;
/** Longer lines are hard to read, however wide the terminal is. */
const WIDTH_MAX = 110;
/** With less room than this beside its name, what was found stands below it. */
const BESIDE_MIN = 40;

export function formatFindings(findings: readonly Finding[], options: FindingsOptions): string {
  const paint = createPainter(options.color);
  const width = Math.min(options.width ?? WIDTH_MAX, WIDTH_MAX);
  const nameWidth = Math.max(0, ...findings.map(({ check }) => widthOf(plainText(check))));
  const beside = MARK_WIDTH + nameWidth + 6;
  const indent = width - beside < BESIDE_MIN ? 4 : beside;
  const below = `\n${' '.repeat(indent)}`;
  const lines = findings.map(({ check, mark, found, advice }) => {
    const name = plainText(check);
    const head = `  ${paint(mark, TONES[mark])}${' '.repeat(MARK_WIDTH - mark.length)}  ${paint(name, 'strong')}`;
    const told = wrap(plainText(found), width - indent).join(below);
    const gap = indent === 4 ? below : ' '.repeat(nameWidth - widthOf(name) + 2);
    const todo = advice === undefined ? [] : wrap(`→ ${plainText(advice)}`, width - indent);
    return `${head}${gap}${told}${todo.map((line) => below + line).join('')}`;
  });
  return `${lines.join('\n')}\n`;
}

/** Counts of what is in the way, as a sentence. */
export function sumUp(findings: readonly Finding[]): string {
  const count = (mark: Mark, one: string): string | undefined => {
    const number = findings.filter((finding) => finding.mark === mark).length;
    return number === 0 ? undefined : `${number} ${one}${number === 1 ? '' : 's'}`;
  };
  const counts = [count('problem', 'problem'), count('warning', 'warning')].filter(
    (one) => one !== undefined,
  );
  return counts.length === 0 ? 'Nothing is in the way.' : `${counts.join(', ')}.`;
}

/** Breaks a text between words. A word longer than a line keeps it to itself: a path is there to be copied. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
