import { describe, expect, it } from 'vitest';
import { type Finding, formatFindings, sumUp } from './findings.ts';

const findings: readonly Finding[] = [
  { check: 'Node', mark: 'ok', found: '24.21.0' },
  {
    check: 'proxy port',
    mark: 'problem',
    found: '127.0.0.1:7600 is taken by another program',
    advice: 'stop it, or choose another: --listen 127.0.0.1:7610 is free',
  },
];

describe('formatFindings', () => {
  it('aligns marks, names and words, and says below what to do', () => {
    expect(formatFindings(findings, { width: undefined, color: false })).toBe(
      [
        '  ok       Node        24.21.0',
        '  problem  proxy port  127.0.0.1:7600 is taken by another program',
        '                       → stop it, or choose another: --listen 127.0.0.1:7610 is free',
        '',
      ].join('\n'),
    );
  });

  it.each([40, 55, 62, 70, 100])(
    'breaks between words at %i columns, and puts them below a name that leaves no room',
    (width) => {
      const text = formatFindings(findings, { width, color: false });
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
      expect(/^ {2}problem {2}proxy port$/m.test(text)).toBe(width < 65);
      expect(text.replaceAll(/\s+/g, ' ')).toContain('choose another: --listen 127.0.0.1:7610 is free');
    },
  );

  it('has no colours unless asked for, and lets no text of a stranger do anything', () => {
    const hostile = [{ check: 'a', mark: 'warning' as const, found: 'x\u001b[2Jy' }];
    expect(formatFindings(hostile, { width: 80, color: false })).not.toContain('\u001b');
    expect(formatFindings(hostile, { width: 80, color: true })).toContain('\u001b[33mwarning\u001b[0m');
    expect(formatFindings(hostile, { width: 80, color: true })).not.toContain('\u001b[2J');
  });
});

it.each([
  { marks: ['ok', 'ok'], says: 'Nothing is in the way.' },
  { marks: ['ok', 'warning'], says: '1 warning.' },
  { marks: ['problem', 'warning', 'problem'], says: '2 problems, 1 warning.' },
] as const)('$says', ({ marks, says }) => {
  expect(sumUp(marks.map((mark) => ({ check: 'a', mark, found: 'b' })))).toBe(says);
});
