/**
 * The observing thread: frames in, events to every sink. It owns the fold, the archive's writing side, telemetry and
 * the terminal's lines, so that neither parsing a big body nor a transaction can delay a byte of traffic. It reads
 * no clock: the time of a frame is the time of everything concluded from it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Archive, OutboxSignal } from '../observation/archive.ts';
import type { Event } from '../observation/event.ts';
import type { Frame } from '../observation/frame.ts';
import { Observer } from '../observation/observer.ts';
import type { ObserverSettings } from '../observation/settings.ts';
import { openArchive, problemOf } from '../store/openArchive.ts';
import { readEnvironment } from '../telemetry/environment.ts';
import { Meters } from '../telemetry/meters.ts';
import type { Telemetry } from '../telemetry/otel.ts';
import { formatMetrics } from '../telemetry/prometheus.ts';
import { type LineOptions, lineOf } from '../terminal/line.ts';
import { fanOut, type NamedSink } from './fanOut.ts';
import { sizeOf } from './frameQueue.ts';
import { Keeper } from './keeper.ts';
import {
  type FromPage,
  type FromThread,
  TAKEN_BYTES,
  TAKEN_FRAMES,
  type ThreadStart,
  type ToPage,
  type ToThread,
} from './protocol.ts';
import { recall } from './recall.ts';
import { Recorder } from './recorder.ts';

/** How long events gather before they are committed: a line in the terminal is to come within 100 ms. */
const GATHER_MS = 40;

const start = workerData as ThreadStart<LineOptions>;
/** Traffic has gone on meanwhile: nobody is waited for, and whom a collector has heard of is who we stay. */
const LATE = { instanceId: start.instanceId, takesOver: true, busyMs: 0 };
const say = (message: FromThread): void => parentPort?.postMessage(message);
const log = (line: string): void => say({ kind: 'log', line });
const tellPage = (message: ToPage): void => start.page?.postMessage(message);

let lastUs = 0;
let events = 0;
let foldFaults = 0;
const told = new Set<string>();

const keeper = new Keeper({
  place: start.archive,
  open: (place, late) => openArchive({ ...place, exported: exportedSignals(), ...(late && LATE) }),
  problemOf,
  onState: (archive) => tellPage({ kind: 'archive', archive }),
  log,
});
const instanceId = keeper.instanceId ?? start.instanceId;
const observer = new Observer({ ...start.observer, ...goOn(keeper.archive, start.archive?.nowMs) });
const meters = new Meters();
meters.levels.census = () => observer.census();
const telemetry = await startTelemetry();
const sinks: readonly NamedSink[] = [
  { name: 'metrics', sink: meters },
  ...(telemetry === undefined ? [] : [{ name: 'telemetry', sink: telemetry.sink }]),
  ...(start.lines === undefined ? [] : [{ name: 'terminal', sink: lineSink(start.lines) }]),
];
const out = fanOut(sinks, log);
const recorder = new Recorder({
  archive: keeper.archive,
  ...(start.archive && { open: openLate }),
  onCommitted,
  onFailing: (error) => keeper.failing(error),
  onRetainFault: (error) =>
    logOnce('archive_retention', `nothing old can be removed from the archive (${String(error)})`),
  onRecovered: () => keeper.recovered(),
  onLost: (reason, count) => takeAll([{ kind: 'loss', atUs: lastUs, stage: 'archive', reason, count }]),
  schedule: (flush) => setTimeout(flush, GATHER_MS),
});

parentPort?.on('message', (message: ToThread) => {
  if (isFrames(message)) {
    takeAll(message);
    let bytes = 0;
    for (const frame of message) bytes += sizeOf(frame);
    Atomics.add(start.taken, TAKEN_FRAMES, message.length);
    Atomics.add(start.taken, TAKEN_BYTES, bytes);
  } else if (message.kind === 'health') meters.levels.health = message;
  else void close(message.frame, message.timeoutMs);
});
start.page?.on('message', ({ ask }: FromPage) => {
  const target = {
    service_name: 'sightline',
    service_version: start.version,
    service_instance_id: instanceId,
  };
  tellPage({ kind: 'metrics', ask, text: formatMetrics(meters, target, lastUs / 1_000) });
});
say({ kind: 'ready', archive: keeper.state });

function exportedSignals(): readonly OutboxSignal[] {
  const { settings } = readEnvironment(start.env);
  return (['traces', 'logs'] as const).filter((signal) => settings[signal] !== undefined);
}

/** Loads OpenTelemetry only where there is somewhere to export to: it costs a quarter of a second and 40 MB. */
async function startTelemetry(): Promise<Telemetry | undefined> {
  const { traces, logs, metrics } = readEnvironment(start.env).settings;
  if ((traces ?? logs ?? metrics) === undefined) return undefined;
  const { createTelemetry } = await import('../telemetry/otel.ts');
  return createTelemetry({
    env: start.env,
    version: start.version,
    instanceId,
    meters,
    archive: keeper.archive,
    onArchiveFault: (error) =>
      logOnce('archive_outbox', `delivery cannot use the archive (${String(error)})`),
    log,
    onLoss: ({ reason, count }) => takeAll([{ kind: 'loss', atUs: lastUs, stage: 'export', reason, count }]),
  });
}

function isFrames(message: ToThread): message is readonly Frame[] {
  return Array.isArray(message);
}

function takeAll(frames: readonly Frame[]): void {
  for (const frame of frames) {
    lastUs = Math.max(lastUs, frame.atUs);
    try {
      const concluded = observer.take(frame);
      events += concluded.length;
      recorder.take(concluded);
    } catch (error) {
      foldFaults += 1;
      if (foldFaults === 1) {
        log(`a ${frame.kind} frame broke the fold (${String(error)}); further faults of it are only counted`);
      }
    }
    if (frame.kind === 'tick') recorder.tick(frame.atUs / 1_000);
  }
}

/** Events are in the archive now, or will never be there. */
function onCommitted(concluded: readonly Event[], firstSequence: number): void {
  out.take(concluded, firstSequence);
  if (firstSequence > 0) tellPage({ kind: 'committed', sequence: keeper.archive?.latest() ?? 0 });
}

/** The archive that could not be opened at the start. Sessions and outbox go on from what it holds. */
function openLate(): Archive | undefined {
  const archive = keeper.openLate();
  if (archive === undefined) return undefined;
  observer.remember(goOn(archive, lastUs / 1_000).remembered ?? []);
  telemetry?.keepIn(archive);
  return archive;
}

/** What the fold goes on from; nothing where it cannot be read, which says nothing of writing. */
function goOn(from: Archive | undefined, nowMs = 0): Pick<ObserverSettings, 'remembered' | 'afterNs'> {
  if (from === undefined) return {};
  try {
    const { settings, aheadMs } = recall(from, nowMs);
    if (aheadMs !== undefined) {
      const newest = new Date(aheadMs).toISOString();
      log(`clock_went_back: the newest event is of ${newest}; new ones sort before it`);
    }
    return settings;
  } catch (error) {
    const what = 'the sessions of the last run cannot be read, and begin anew';
    logOnce('archive_recall', `${what} (${String(error)}); what happens now is kept`);
    return {};
  }
}

async function close(frame: Frame, timeoutMs: number): Promise<void> {
  takeAll([frame]);
  recorder.flush();
  await telemetry?.shutdown(timeoutMs);
  const { traces, logs } = telemetry?.stats() ?? {};
  const waiting = keeper.archive === undefined ? 0 : (telemetry?.pending() ?? 0);
  try {
    keeper.archive?.close();
  } catch (error) {
    logOnce(
      'archive_close',
      `the archive was not closed in order (${String(error)}); what it holds is there`,
    );
  }
  start.page?.close();
  say({
    kind: 'closed',
    stats: {
      events,
      faults: foldFaults + out.faults,
      exported: sum(traces?.accepted, logs?.accepted),
      lost: sum(traces?.refused, traces?.dropped, logs?.refused, logs?.dropped),
      waiting,
    },
  });
}

/** A fault of our own, said once for each code. */
function logOnce(code: string, line: string): void {
  if (told.has(code)) return;
  told.add(code);
  log(`${code}: ${line}`);
}

/** One message for all lines of one batch. */
function lineSink(options: LineOptions): NamedSink['sink'] {
  return {
    take(concluded) {
      const lines = concluded.map((event) => lineOf(event, options)).filter((line) => line !== undefined);
      if (lines.length > 0) say({ kind: 'lines', text: `${lines.join('\n')}\n` });
    },
  };
}

function sum(...counts: readonly (number | undefined)[]): number {
  return counts.reduce<number>((total, count) => total + (count ?? 0), 0);
}
