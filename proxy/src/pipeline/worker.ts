/**
 * The observing thread: frames in, events to every sink. It owns the fold, telemetry and the terminal's lines, so
 * that neither parsing a big body nor serialising a batch can delay a byte of traffic. It reads no clock: the
 * time of a frame is the time of everything concluded from it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Frame } from '../observation/frame.ts';
import { Observer } from '../observation/observer.ts';
import { readEnvironment } from '../telemetry/environment.ts';
import type { Telemetry } from '../telemetry/otel.ts';
import { type LineOptions, lineOf } from '../terminal/line.ts';
import { fanOut, type NamedSink } from './fanOut.ts';
import { sizeOf } from './frameQueue.ts';
import { type FromThread, TAKEN_BYTES, TAKEN_FRAMES, type ThreadStart, type ToThread } from './protocol.ts';

const start = workerData as ThreadStart<LineOptions>;
const say = (message: FromThread): void => parentPort?.postMessage(message);
const log = (line: string): void => say({ kind: 'log', line });

let lastUs = 0;
let events = 0;
let foldFaults = 0;

const observer = new Observer(start.observer);
const telemetry = await startTelemetry();
telemetry?.setCensus(() => observer.census());
const sinks: readonly NamedSink[] = [
  ...(telemetry === undefined ? [] : [{ name: 'telemetry', sink: telemetry.sink }]),
  ...(start.lines === undefined ? [] : [{ name: 'terminal', sink: lineSink(start.lines) }]),
];
const out = fanOut(sinks, log);

parentPort?.on('message', (message: ToThread) => {
  if (isFrames(message)) {
    takeAll(message);
    let bytes = 0;
    for (const frame of message) bytes += sizeOf(frame);
    Atomics.add(start.taken, TAKEN_FRAMES, message.length);
    Atomics.add(start.taken, TAKEN_BYTES, bytes);
  } else if (message.kind === 'health') telemetry?.setHealth(message);
  else void close(message.frame, message.timeoutMs);
});
say({ kind: 'ready' });

/** Loads OpenTelemetry only where there is somewhere to export to: it costs a quarter of a second and 40 MB. */
async function startTelemetry(): Promise<Telemetry | undefined> {
  const { traces, logs, metrics } = readEnvironment(start.env).settings;
  if ((traces ?? logs ?? metrics) === undefined) return undefined;
  const { createTelemetry } = await import('../telemetry/otel.ts');
  return createTelemetry({
    env: start.env,
    version: start.version,
    instanceId: start.instanceId,
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
      out.take(concluded);
    } catch (error) {
      foldFaults += 1;
      if (foldFaults === 1) {
        log(`a ${frame.kind} frame broke the fold (${String(error)}); further faults of it are only counted`);
      }
    }
  }
}

async function close(frame: Frame, timeoutMs: number): Promise<void> {
  takeAll([frame]);
  await telemetry?.shutdown(timeoutMs);
  const { traces, logs } = telemetry?.stats() ?? {};
  say({
    kind: 'closed',
    stats: {
      events,
      faults: foldFaults + out.faults,
      exported: sum(traces?.accepted, logs?.accepted),
      lost: sum(traces?.refused, traces?.dropped, logs?.refused, logs?.dropped),
    },
  });
}

/** One message for all lines of one frame. */
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
