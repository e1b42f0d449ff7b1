/**
 * `sightline export`: what the archive holds, sent as if it had just happened but for a mark on its spans. It reads
 * only, and touches no cursor, so it may run beside a Sightline that writes. Records are byte-identical to those
 * sent before, so a receiver that forgets repeats shows each once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredEvent } from '../observation/archive.ts';
import type { RecordedEvent } from '../observation/event.ts';
import { problemOf } from '../store/openArchive.ts';
import { type History, openHistory } from '../store/openHistory.ts';
import { readEnvironment } from '../telemetry/environment.ts';
import { Meters } from '../telemetry/meters.ts';
import type { Telemetry } from '../telemetry/otel.ts';
import { millisOf, type OutboxArchive } from '../telemetry/outbox.ts';
import type { Command, CommandPorts, ExitCode } from './command.ts';

/** Without a single acceptance for so long, the receiver is given up on. */
const STALLED_MS = 60_000;
const PROGRESS_MS = 5_000;
const LOOK_MS = 50;

export async function exportHistory(command: Command, ports: CommandPorts): Promise<ExitCode> {
  const { traces, logs } = readEnvironment(ports.env).settings;
  if (traces === undefined && logs === undefined) {
    ports.log('export: there is nowhere to send to; set OTEL_EXPORTER_OTLP_ENDPOINT');
    return 2;
  }
  let history: History;
  try {
    history = openHistory(command.archivePath);
  } catch (error) {
    const { reason, advice } = problemOf(error, command.archivePath);
    ports.log(`export: ${reason}. What to do: ${demoAdvice(command) ?? advice}`);
    return 1;
  }
  try {
    const advice = history.latest() === 0 ? demoAdvice(command) : undefined;
    if (advice !== undefined) {
      ports.log(`export: there is nothing in ${command.archivePath}. What to do: ${advice}`);
      return 1;
    }
    return await send(history, command, ports);
  } finally {
    history.close();
  }
}

/** Where there is something to send instead: who tried the demo has all of it in the demo's archive. */
function demoAdvice({ demoPlace }: Command): string | undefined {
  if (demoPlace === undefined) return undefined;
  try {
    const demo = openHistory(demoPlace.path);
    const count = demo.latest();
    demo.close();
    return count === 0 ? undefined : `to send what the demo did, add --state-dir ${demoPlace.directory}`;
  } catch {
    // None there, or none to be read.
    return undefined;
  }
}

async function send(history: History, command: Command, ports: CommandPorts): Promise<ExitCode> {
  const { createTelemetry } = await import('../telemetry/otel.ts');
  const view = viewOf(history, command.times);
  const faults: string[] = [];
  const telemetry = createTelemetry({
    // What is measured is the present.
    env: { ...ports.env, OTEL_METRICS_EXPORTER: 'none' },
    version: ports.version,
    instanceId: history.instanceId ?? ports.uuid,
    meters: new Meters(),
    archive: view.archive,
    isHistory: true,
    log: ports.log,
    onLoss: () => {},
    onArchiveFault: (error) => faults.push(String(error)),
  });
  for (const { key, message } of telemetry.problems) ports.log(`${key}: ${message}`);
  if (telemetry.problems.length > 0) return 2;
  const isDone = await drain(telemetry, () => faults.length > 0, view.latest, ports);
  await telemetry.shutdown(1_000);
  const { traces, logs } = telemetry.stats();
  ports.print(
    `${view.events()} events: ${traces.accepted} spans and ${logs.accepted} log records accepted, ` +
      `${traces.refused + logs.refused} refused\n`,
  );
  if (faults[0] !== undefined) ports.log(`export: the archive could not be read: ${faults[0]}`);
  else if (!isDone)
    ports.log('export: stopped, because nothing was accepted for a minute; start it again later');
  return isDone && traces.refused + logs.refused === 0 ? 0 : 1;
}

/** Waits until everything is accepted; false when it stalls. */
async function drain(
  telemetry: Telemetry,
  hasFailed: () => boolean,
  latest: number,
  ports: CommandPorts,
): Promise<boolean> {
  let pending = telemetry.pending();
  let movedMs = ports.nowMs();
  let toldMs = movedMs;
  while (pending > 0) {
    await sleep(LOOK_MS);
    const nowMs = ports.nowMs();
    const left = telemetry.pending();
    if (left < pending) movedMs = nowMs;
    pending = left;
    if (hasFailed() || nowMs - movedMs > STALLED_MS) return false;
    if (nowMs - toldMs < PROGRESS_MS) continue;
    toldMs = nowMs;
    ports.log(`export: ${latest - pending} of ${latest} events`);
  }
  return true;
}

/** The archive as an outbox that begins at its first event, holds only a range of time, and remembers nothing. */
function viewOf(
  history: History,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Command['times'],
) {
  const latest = history.latest();
  const sent = new Set<number>();
  const isWanted = ({ event, sequence }: StoredEvent): boolean => {
    // Nobody knows the time of one that cannot be read: it is missing from every range.
    if (sequence > latest || event === undefined) return sequence <= latest;
    const ms = millisOf(event);
    return ms >= from && ms < to;
  };
  const archive: OutboxArchive = {
    latest: () => latest,
    cursor: () => 0,
    moveCursor() {},
    setAside() {},
    readAfter(sequence, limit) {
      for (let after = sequence; after < latest; ) {
        const stored = history.readAfter(after, limit);
        const wanted = stored.filter(isWanted);
        if (wanted.length > 0 || stored.length === 0) {
          for (const { sequence: at, event } of wanted) if (event) sent.add(at);
          return wanted.map(({ sequence: at, event }) => ({ sequence: at, event: event && replayed(event) }));
        }
        after = stored.at(-1)?.sequence ?? latest;
      }
      return [];
    },
  };
  return { archive, latest, events: () => sent.size };
}

/** The attribute travels on spans alone. */
function replayed<E extends RecordedEvent>(event: E): E {
  return { ...event, attributes: { ...event.attributes, 'sightline.replayed': true } };
}
