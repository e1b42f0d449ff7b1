/**
 * A stdio server that does as its arguments say, for what no well-behaved one shows. Each line that comes is answered
 * with its own `id` and `params`; methods named below do something else.
 *
 * `deaf`: goes on when its input ends and when it is asked to end, and so does the helper it starts, whose process id
 * it prints to stderr. `crash`: ends itself with SIGKILL. `exit`: with the code in `params`. `noise`: prints a line
 * that is no message. `pid`: answers with its process id.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const isDeaf = process.argv.includes('deaf');
if (isDeaf) {
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1_000);
  if (!process.argv.includes('helper')) {
    const helper = spawn(process.execPath, [import.meta.filename, 'deaf', 'helper'], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    process.stderr.write(`helper ${helper.pid}\n`);
  }
}

interface Asked {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly code?: number };
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params }: Asked = JSON.parse(line);
  if (method === 'crash') process.kill(process.pid, 'SIGKILL');
  if (method === 'exit') process.exit(params?.code ?? 0);
  if (method === 'noise') process.stdout.write('Listening on standard input\n');
  if (id === undefined) return;
  const result = method === 'pid' ? { pid: process.pid } : (params ?? {});
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
});
