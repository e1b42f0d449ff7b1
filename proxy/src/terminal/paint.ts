/** Colours by meaning. A colour never says anything that a word or a mark beside it does not say too. */

export type Tone = 'plain' | 'muted' | 'strong' | 'good' | 'bad' | 'warn' | 'running';

const CODES: Readonly<Record<Tone, string>> = {
  plain: '',
  muted: '2',
  strong: '1',
  good: '32',
  bad: '31',
  warn: '33',
  running: '34',
};

export type Painter = (text: string, tone: Tone) => string;

/** A painter that paints, or one that leaves every text as it is. */
export function createPainter(color: boolean): Painter {
  return (text, tone) => {
    const code = CODES[tone];
    return !color || code === '' || text.trim() === '' ? text : `\u001b[${code}m${text}\u001b[0m`;
  };
}
