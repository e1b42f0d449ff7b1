/**
 * A stdio server that speaks what the revisions allow on a pipe, and what they do not. It answers every request; these
 * tools do more:
 *
 * `hang` never answers. `ask` asks the client first (a request of the server's own, or on 2026-07-28 by another round),
 * and gives what it said. `withdraw` asks, and cancels that before it answers. `crlf` ends its answer as Windows does,
 * `pieces` writes it byte by byte, `big` is `bytes` long, `noise` prints what is no message before it. A subscription
 * with `ends` is ended at once.
 */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: {
    readonly name?: string;
    readonly bytes?: number;
    readonly protocolVersion?: string;
    readonly requestState?: string;
    readonly ends?: boolean;
    readonly _meta?: Readonly<Record<string, unknown>>;
  };
  readonly result?: unknown;
}
type Answer = Readonly<Record<string, unknown>>;

/** Our requests that wait for the client: each gives the id of the call that asked. */
const asked = new Map<number | string, number | string>();
let asks = 0;

createInterface({ input: process.stdin }).on('line', (line) => void take(line));

async function take(line: string): Promise<void> {
  let value: Message | readonly Message[];
  try {
    value = JSON.parse(line);
  } catch {
    say({ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'Parse error' } });
    return;
  }
  if (!('length' in value)) {
    const answer = await answerTo(value);
    if (answer) say(answer);
    return;
  }
  const answers = await Promise.all(value.map(answerTo));
  say(answers.filter((answer) => answer !== undefined));
}

async function answerTo({ id, method, params, result }: Message): Promise<Answer | undefined> {
  if (id === undefined) return undefined;
  if (method === undefined) {
    const call = asked.get(id);
    return call === undefined ? undefined : answer(call, { said: result });
  }
  const isModern = params?._meta !== undefined;
  if (method === 'initialize') {
    const { protocolVersion = '' } = params ?? {};
    return answer(id, { protocolVersion, capabilities: {}, serverInfo: { name: 'protocol', version: '1' } });
  }
  if (method === 'subscriptions/listen') {
    say({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: {} });
    if (params?.ends) say({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } });
    return undefined;
  }
  if (method === 'tools/call') return await call(id, params, isModern);
  return answer(id, isModern ? { resultType: 'complete' } : {});
}

async function call(
  id: number | string,
  params: Message['params'],
  isModern: boolean,
): Promise<Answer | undefined> {
  const done = answer(id, { content: [], ...(isModern && { resultType: 'complete' }) });
  switch (params?.name) {
    case 'hang':
      return undefined;
    case 'ask': {
      if (!isModern) {
        ask(id);
        return undefined;
      }
      const inputRequests = { name: { method: 'elicitation/create', params: {} } };
      const again = { resultType: 'input_required', inputRequests, requestState: 'round-1' };
      return params.requestState === undefined ? answer(id, again) : done;
    }
    case 'withdraw':
      say({
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: ask(id), reason: 'no matter' },
      });
      return done;
    case 'crlf':
      process.stdout.write(`${JSON.stringify(done)}\r\n`);
      return undefined;
    case 'pieces':
      for (const byte of Buffer.from(`${JSON.stringify({ ...done, note: 'é' })}\n`)) {
        process.stdout.write(Buffer.of(byte));
        await sleep(1);
      }
      return undefined;
    case 'big':
      return answer(id, { content: [{ type: 'text', text: 'x'.repeat(params.bytes ?? 0) }] });
    case 'noise':
      process.stdout.write('Listening on standard input\n{"level":"info","msg":"ready"}\n');
      process.stdout.write(Buffer.from([0xff, 0xfe, 10]));
      return done;
    default:
      return done;
  }
}

/** Asks the client for a completion, and gives the request's id. */
function ask(call: number | string): string {
  asks += 1;
  const id = `s${asks}`;
  asked.set(id, call);
  say({ jsonrpc: '2.0', id, method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } });
  return id;
}

function answer(id: number | string, result: Readonly<Record<string, unknown>>): Answer {
  return { jsonrpc: '2.0', id, result };
}

function say(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
