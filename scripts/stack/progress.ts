/** One line that says what is going on, how far it is and for how long: rewritten on a terminal, repeated elsewhere. */

export interface Progress {
  /** One more step done; the text names it. */
  step(text: string): void;
  end(how: string): void;
}

const REDRAW_MS = 500;
const REPEAT_MS = 30_000;

export function showProgress(title: string, out: NodeJS.WriteStream = process.stderr): Progress {
  const begun = Date.now();
  let steps = 0;
  let last = '';
  const line = (): string => `${title}: ${steps} steps, ${formatElapsed(Date.now() - begun)}`;
  const draw = (): void => {
    if (!out.isTTY) return void out.write(`${line()} … ${last}\n`);
    out.write(`\r\u001b[2K${`${line()} … ${last}`.slice(0, Math.max(out.columns - 1, 20))}`);
  };
  out.write(out.isTTY ? title : `${title} …\n`);
  const timer = setInterval(draw, out.isTTY ? REDRAW_MS : REPEAT_MS);
  return {
    step(text) {
      steps += 1;
      last = text;
    },
    end(how) {
      clearInterval(timer);
      out.write(`${out.isTTY ? '\r\u001b[2K' : ''}${line()}, ${how}\n`);
    },
  };
}

/** `7 s`, `3 min 05 s`. */
export function formatElapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
