/** A command's own arguments stand among options as always; neither may be taken for the other. */
import { describe, expect, it } from 'vitest';
import { readCommand } from './arguments.ts';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');

describe('readCommand', () => {
  const lines = [
    { cell: 'a file alone', argv: ['wire.jsonl'], rest: [] },
    { cell: 'a switch before the file', argv: ['--no-archive', 'wire.jsonl'], rest: ['--no-archive'] },
    { cell: 'a switch said in full', argv: ['--archive', 'wire.jsonl'], rest: ['--archive'] },
    { cell: "an option's value", argv: ['--state-dir', 'd', 'wire.jsonl'], rest: ['--state-dir', 'd'] },
    { cell: 'a value after =', argv: ['--state-dir=d', 'wire.jsonl'], rest: ['--state-dir=d'] },
    { cell: 'an unknown option', argv: ['--stat-dir', 'd', 'wire.jsonl'], rest: ['--stat-dir', 'd'] },
  ];
  it.each(lines)('finds the file beside $cell', ({ argv, rest }) => {
    expect(readCommand('import', argv, NOW_MS)).toEqual({
      file: 'wire.jsonl',
      times: {},
      rest,
      problems: [],
    });
  });

  it('says that a file is missing', () => {
    const { problems } = readCommand('import', ['--no-archive'], NOW_MS);
    expect(problems).toEqual([{ key: 'import', message: 'needs the file to read' }]);
  });

  it('reads moments, and how long ago', () => {
    const read = readCommand('export', ['--from', '2h', '--to=2026-11-21'], NOW_MS);
    expect(read.times).toEqual({ from: NOW_MS - 7_200_000, to: Date.parse('2026-11-21') });
    expect(read.problems).toEqual([]);
  });

  it('names a time that is none', () => {
    const { problems } = readCommand('export', ['--from', 'yesterday'], NOW_MS);
    expect(problems.map(({ key }) => key)).toEqual(['--from']);
  });
});
