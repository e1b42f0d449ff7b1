/**
 * Writes lines to an output that may be slow or gone. A reader who has stopped reading (a full pipe, a paused
 * terminal) must not make the process hold everything for him: beyond a bound, lines are left out and counted.
 */

/** What is needed of a writable stream. */
export interface Output {
  write(text: string): unknown;
  readonly writableLength: number;
}

export interface Screen {
  print(text: string): void;
}

/** Text held for a slow reader. */
const HELD_BYTES_MAX = 1024 * 1024;

export function createScreen(output: Output): Screen {
  let leftOut = 0;
  return {
    print(text) {
      if (output.writableLength > HELD_BYTES_MAX) {
        leftOut += countLines(text);
        return;
      }
      if (leftOut > 0) output.write(`… ${leftOut} lines left out, because nobody read them in time\n`);
      leftOut = 0;
      output.write(text);
    },
  };
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
