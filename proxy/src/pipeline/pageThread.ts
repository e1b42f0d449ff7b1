/**
 * The main thread's hold on the page's: starts it, tells it where clients are pointed, ends it. The page is a
 * convenience: whatever happens to it is one line for the operator, and forwarding goes on.
 */
import { type MessagePort, Worker } from 'node:worker_threads';
import type { FromPageThread, PageStart, PageThreadSettings, ToPageThread } from './pageProtocol.ts';
import { THREAD_FLAGS } from './protocol.ts';

export interface PageThreadDeps {
  /** The page's end of its channel to the observing thread. */
  readonly observing?: MessagePort | undefined;
  /** One line about ourselves. */
  readonly onLog: (line: string) => void;
}

export interface PageThread {
  /** Undefined when it cannot be reached: the reason has been told. */
  readonly port: number | undefined;
  tell(message: Exclude<ToPageThread, { kind: 'close' }>): void;
  close(): Promise<void>;
}

/**
 * A long download makes garbage faster than V8 thinks worth collecting: 190 MB without the first bound, 45 with it.
 * Beyond the second the page dies, and not the proxy.
 */
const HEAP = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 };
/** What an open page may need to hear the last of its stream. */
const CLOSE_MS = 1_000;

/** Resolves once the page listens, or once it is known that it does not. */
export async function startPageThread(
  settings: PageThreadSettings,
  deps: PageThreadDeps,
): Promise<PageThread> {
  const { observing } = deps;
  const workerData: PageStart = { ...settings, ...(observing === undefined ? {} : { observing }) };
  // The same file under the name it has unbuilt and built.
  const file = import.meta.url.endsWith('.ts') ? './pageWorker.ts' : './pageWorker.js';
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData,
    execArgv: THREAD_FLAGS,
    resourceLimits: HEAP,
    transferList: observing === undefined ? [] : [observing],
  });
  const listening = Promise.withResolvers<number | undefined>();
  const closed = Promise.withResolvers<void>();
  let open = true;
  worker.on('message', (message: FromPageThread) => {
    if (message.kind === 'listening') listening.resolve(message.port);
    else if (message.kind === 'log') deps.onLog(message.line);
    else if (message.kind === 'closed') closed.resolve();
    else {
      deps.onLog(explain(message.code, message.message));
      listening.resolve(undefined);
    }
  });
  worker.on('error', (error) => {
    deps.onLog(`the page has died (${String(error)}); traffic goes on, and a restart brings the page back`);
  });
  worker.on('exit', () => {
    open = false;
    listening.resolve(undefined);
    closed.resolve();
  });
  const port = await listening.promise;
  // A page that nobody closes keeps no process alive.
  worker.unref();
  const tell = (message: ToPageThread): void => {
    if (open) worker.postMessage(message);
  };
  return {
    port,
    tell,
    close: async () => {
      worker.ref();
      tell({ kind: 'close' });
      const giveUp = setTimeout(() => closed.resolve(), CLOSE_MS);
      await closed.promise;
      clearTimeout(giveUp);
      await worker.terminate();
    },
  };
}

/** Why there is no page, and what to do. */
function explain(code: string | undefined, message: string): string {
  const known: Readonly<Record<string, string>> = {
    EADDRINUSE: 'its port is in use; stop what listens there, or choose another with --page-listen',
    EACCES: 'it is not allowed to listen there; choose another port with --page-listen',
    EADDRNOTAVAIL: 'this machine has no such address; check --page-listen',
  };
  return `no page: ${known[code ?? ''] ?? 'it could not start'} (${message}). Forwarding goes on`;
}
