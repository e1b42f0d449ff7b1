/**
 * A stdio server for tests, which does as its methods say. Run by node; answers every request it does not know with the
 * request's own `id` and `params`.
 */

interface Asked {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
}

interface Flood {
  readonly times?: number;
  readonly method?: string;
  readonly _meta?: { readonly progressToken?: unknown };
}

const heard: unknown[] = [];
const kept: Asked[] = [];

/** False while what was said before has not been taken. */
function say(message: object): boolean {
  return process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

const DEEDS: Readonly<Record<string, (asked: Asked) => boolean>> = {
  /** Refuses a client that calls itself so. */
  initialize: ({ id, params }) => {
    const { clientInfo, protocolVersion } = params as {
      clientInfo?: { name?: string };
      protocolVersion?: string;
    };
    if (clientInfo?.name === 'crash') process.exit(3);
    if (clientInfo?.name === 'refused') say({ id, error: { code: -32602, message: 'not you' } });
    else
      say({ id, result: { protocolVersion, capabilities: {}, serverInfo: { name: 'test', version: '1' } } });
    return true;
  },
  pid: ({ id }) => {
    say({ id, result: { pid: process.pid } });
    return true;
  },
  /** What it was sent so far. */
  heard: ({ id }) => {
    say({ id, result: { heard } });
    return true;
  },
  environment: ({ id, params }) => {
    const names = (params?.['names'] ?? []) as string[];
    say({
      id,
      result: { cwd: process.cwd(), ...Object.fromEntries(names.map((name) => [name, process.env[name]])) },
    });
    return true;
  },
  /** Answers only once `release` comes. */
  keep: (asked) => kept.push(asked) > 0,
  release: (asked) => {
    for (const one of kept.splice(0)) say({ id: one.id, result: one.params ?? {} });
    say({ id: asked.id, result: {} });
    return true;
  },
  /** Says the given messages first. */
  say: ({ id, params }) => {
    for (const message of (params?.['messages'] ?? []) as object[]) say(message);
    say({ id, result: {} });
    return true;
  },
  /** Progress for its token, then the answer. */
  progress: ({ id, params }) => {
    const { progressToken } = (params?.['_meta'] ?? {}) as { progressToken?: unknown };
    for (const progress of [1, 2])
      say({ method: 'notifications/progress', params: { progressToken, progress } });
    say({ id, result: {} });
    return true;
  },
  /** So many messages of 100 kB before its answer, for its token or else for whoever listens; counts them on stderr. */
  flood: ({ id, params }) => {
    const { times = 0, method = 'notifications/progress', _meta } = (params ?? {}) as Flood;
    const text = 'x'.repeat(100_000);
    let at = 0;
    const go = (): void => {
      while (at < times) {
        at += 1;
        const about = { progressToken: _meta?.progressToken, progress: at, text };
        const isTaken = say({ ...(method === 'roots/list' && { id: `s${at}` }), method, params: about });
        if (at % 20 === 0) process.stderr.write(`wrote ${at}\n`);
        if (!isTaken) {
          process.stdout.once('drain', go);
          return;
        }
      }
      say({ id, result: { times } });
    };
    go();
    return true;
  },
  /** Prints lines as they are. */
  print: ({ id, params }) => {
    for (const line of (params?.['lines'] ?? []) as string[]) process.stdout.write(`${line}\n`);
    say({ id, result: {} });
    return true;
  },
  /** An answer of so many bytes, its id at the end, as the official SDK writes it. */
  big: ({ id, params }) => {
    const text = 'x'.repeat(params?.['bytes'] as number);
    process.stdout.write(`{"result":{"text":"${text}"},"jsonrpc":"2.0","id":${JSON.stringify(id)}}\n`);
    return true;
  },
  cry: ({ id }) => {
    process.stderr.write('something is wrong\n');
    say({ id, result: {} });
    return true;
  },
  crash: () => process.kill(process.pid, 'SIGKILL'),
  'subscriptions/listen': ({ id }) => {
    const _meta = { 'io.modelcontextprotocol/subscriptionId': id };
    say({ method: 'notifications/subscriptions/acknowledged', params: { _meta } });
    kept.push({ ...(id !== undefined && { id }), params: { _meta } });
    return true;
  },
};

let begun = '';
process.stdin.setEncoding('utf8').on('data', (text: string) => {
  const lines = (begun + text).split('\n');
  begun = lines.pop() ?? '';
  for (const line of lines) {
    const asked: Asked = JSON.parse(line);
    heard.push(asked);
    const deed = asked.method === undefined ? undefined : DEEDS[asked.method];
    if (deed?.(asked) || asked.id === undefined || asked.method === undefined) continue;
    say({ id: asked.id, result: asked.params ?? {} });
  }
});
process.stderr.write('ready\n');
