/**
 * The page's thread: its socket, and a connection of its own to the archive, so that neither a long download nor a
 * slow question can delay what observes, let alone what forwards. Composition root of web and store.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { ArchiveReader } from '../observation/archive.ts';
import { openReader } from '../store/openReader.ts';
import { type PageServer, startPageServer } from '../web/pageServer.ts';
import { MetricsAsker } from './metricsAsker.ts';
import type { FromPageThread, PageStart, ToPageThread } from './pageProtocol.ts';
import type { ArchiveState, ToPage } from './protocol.ts';

type Off = Extract<ArchiveState, { state: 'off' }>;

const start = workerData as PageStart;
const { observing } = start;
const say = (message: FromPageThread): void => parentPort?.postMessage(message);
const told = new Set<string>();

const NOT_OBSERVING: Off = {
  state: 'off',
  reason: 'nothing is observed (--no-observe)',
  advice: 'start Sightline without --no-observe to see traffic here',
  wanted: true,
};
const NOT_YET: Off = { state: 'off', reason: 'the archive is being opened', advice: 'try again in a moment' };

/** Whether the main thread knows how the start went. */
let isSettled = false;
let isStopping = false;

// One reader's misfortune is not that of the others.
process.on('uncaughtException', (error) => onUncaught('page_uncaught', error));
process.on('unhandledRejection', (error) => onUncaught('page_unhandled', error));

/** How writing goes, as the observing thread says. */
let archive: ArchiveState = observing === undefined ? NOT_OBSERVING : NOT_YET;
/** What was kept stays readable when writing fails. */
let reader: ArchiveReader | undefined;
/** Absent until the proxy listens, and again when it stops. */
let servers: Extract<ToPageThread, { kind: 'serving' }>['servers'] | undefined;

const ENDED: Off = {
  state: 'off',
  reason: 'observation has ended',
  advice: 'see what the terminal says, and start Sightline again',
};
const asker = new MetricsAsker(observing && ((message) => observing.postMessage(message)));
observing?.on('close', () => {
  asker.giveUp('The observing thread has ended');
  if (!isStopping) setArchive(ENDED);
});
const server = await listen();
if (server === undefined) parentPort?.close();
else serve(server);

/** Undefined, and the reason told, when it cannot listen. */
async function listen(): Promise<PageServer | undefined> {
  try {
    return await startPageServer(start, {
      nowMs: Date.now,
      archive: () => (reader ? { state: 'ok', reader } : { state: 'off', ...reasonOf(archive) }),
      about: () => ({
        servers: servers ?? [],
        demo: start.demo,
        activeWindow: start.activeWindowMs,
        archive: archive.state === 'ok' ? { state: 'ok' } : { state: 'off', ...reasonOf(archive) },
      }),
      unready,
      metrics: () => asker.ask(),
      onFault,
    });
  } catch (error) {
    refuse(error);
    return undefined;
  }
}

function refuse(error: unknown): void {
  isSettled = true;
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  say({ kind: 'refused', code, message: error instanceof Error ? error.message : String(error) });
}

function serve(running: PageServer): void {
  observing?.on('message', (message: ToPage) => {
    if (message.kind === 'committed') running.announce();
    else if (message.kind === 'metrics') asker.answer(message.ask, message.text);
    else setArchive(message.archive);
  });
  parentPort?.on('message', (message: ToPageThread) => {
    if (message.kind === 'close') void close(running);
    else {
      isStopping = message.kind === 'stopping';
      servers = message.kind === 'serving' ? message.servers : undefined;
    }
  });
  isSettled = true;
  say({ kind: 'listening', port: running.port });
}

function setArchive(state: ArchiveState): void {
  archive = state;
  if (state.state === 'off' || reader !== undefined) return;
  try {
    reader = openReader(state.path, { activeWindowMs: start.activeWindowMs });
  } catch (error) {
    onFault('archive_reader', error);
    archive = { state: 'off', reason: 'the archive cannot be read', advice: 'see what the terminal says' };
  }
}

function reasonOf(state: ArchiveState): Pick<Off, 'reason' | 'advice'> {
  const { reason, advice } = state.state === 'off' ? state : NOT_YET;
  return { reason, advice };
}

/** Anyone may ask this, so it names no place and no error; the page does. */
function unready(): Readonly<Record<string, string>> {
  const notKept = archive === NOT_YET ? archive.reason : 'events are not being kept; /api/v1/about says why';
  return {
    ...(servers === undefined ? { proxy: 'it does not listen' } : {}),
    ...(archive.state === 'off' && !archive.wanted ? { archive: notKept } : {}),
    ...(reader === undefined && archive.state === 'ok'
      ? { page: 'the archive is not open for reading' }
      : {}),
  };
}

/** Before there is a page, whoever waits for it is told that there will be none. */
function onUncaught(code: string, error: unknown): void {
  if (isSettled) onFault(code, error);
  else {
    refuse(error);
    process.exit(1);
  }
}

/** A fault of our own: said once for each code, and no reason to stop. */
function onFault(code: string, error: unknown): void {
  if (told.has(code)) return;
  told.add(code);
  say({
    kind: 'log',
    line: `${code}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  });
}

async function close(running: PageServer): Promise<void> {
  await running.close();
  reader?.close();
  say({ kind: 'closed' });
}
