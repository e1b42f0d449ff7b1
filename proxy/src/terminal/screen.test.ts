import { expect, it } from 'vitest';
import { createScreen } from './screen.ts';

it('a reader who has stopped reading costs lines, not memory, and is told how many', () => {
  const written: string[] = [];
  const output = { writableLength: 0, write: (text: string) => written.push(text) };
  const screen = createScreen(output);
  screen.print('one\n');
  output.writableLength = 2 ** 21;
  screen.print('two\nthree\n');
  screen.print('four\n');
  output.writableLength = 0;
  screen.print('five\n');
  expect(written).toEqual(['one\n', '… 3 lines left out, because nobody read them in time\n', 'five\n']);
});
