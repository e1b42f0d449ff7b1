/** `sightline import` and `sightline replay`: recorded traffic through the fold, into the archive or onto the screen. */
import { toObserverSettings } from '../config/settings.ts';
import { framesOf, parseRecording, type WireLine } from '../http/recording.ts';
import type { Event } from '../observation/event.ts';
import type { Frame } from '../observation/frame.ts';
import { Observer } from '../observation/observer.ts';
import { openArchive } from '../store/openArchive.ts';
import { layoutFor } from '../terminal/layout.ts';
import { lineOf } from '../terminal/line.ts';
import type { Command, CommandPorts, ExitCode } from './command.ts';

/** Events in one transaction. */
const BATCH_MAX = 1_000;

/** Keeps what the fold concludes; it waits there for export like everything that was observed. */
export function importRecording(command: Command, ports: CommandPorts): ExitCode {
  const events = conclude(command, ports);
  if (events === undefined) return 1;
  const recorded = events.filter((event) => event.kind !== 'traffic');
  // Sessions count what one instance saw; the recording's is nobody else.
  const settings = { path: command.archivePath, ageMs: 0, bytesMax: Number.POSITIVE_INFINITY };
  const opened = openArchive({ ...settings, nowMs: ports.nowMs(), instanceId: ports.uuid });
  if (!opened.ok) {
    ports.log(`import: ${opened.problem.reason}. What to do: ${opened.problem.advice}`);
    return 1;
  }
  try {
    for (let at = 0; at < recorded.length; at += BATCH_MAX) {
      opened.archive.append(recorded.slice(at, at + BATCH_MAX));
    }
  } catch (error) {
    ports.log(`import: the archive did not take it (${String(error)})`);
    return 1;
  } finally {
    opened.archive.close();
  }
  ports.print(`${recorded.length} events are in ${command.archivePath}\n`);
  return 0;
}

/** Prints the lines that a terminal would have shown. */
export function replayRecording(command: Command, ports: CommandPorts): ExitCode {
  const events = conclude(command, ports);
  if (events === undefined) return 1;
  const { show } = command.config.values;
  const options = { layout: layoutFor(undefined, 1), color: false, show, zone: 'utc' as const };
  const lines = events.map((event) => lineOf(event, options)).filter((line) => line !== undefined);
  ports.print(lines.map((line) => `${line}\n`).join(''));
  return 0;
}

/** Everything the fold concludes from the recording; undefined, and the reason told, when it cannot be read. */
function conclude({ config, file, times }: Command, ports: CommandPorts): readonly Event[] | undefined {
  const read = ports.readFile(file);
  if ('wrong' in read) {
    ports.log(`${file} cannot be read: ${read.wrong}`);
    return undefined;
  }
  try {
    const wire = parseRecording(read.text);
    const own = wire.find((line) => 'settings' in line)?.settings;
    const servers = serversOf(wire);
    const settings = { ...toObserverSettings(config.values, [], ports.seed), servers, ...own };
    const observer = new Observer(settings);
    return wholeOf(wire, times['at'] ?? ports.nowMs() - lengthOf(wire)).flatMap((frame) =>
      observer.take(frame),
    );
  } catch (error) {
    ports.log(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** The frames, and an end: a recording that stops in the middle would look like a crash. */
function wholeOf(wire: readonly WireLine[], startMs: number): readonly Frame[] {
  const startUs = Math.round(startMs * 1_000);
  const frames = framesOf(wire, startUs);
  if (frames.at(-1)?.kind === 'shutdown') return frames;
  const lastUs = Math.max(startUs + lengthOf(wire) * 1_000, frames.at(-1)?.atUs ?? 0);
  return [...frames, { kind: 'shutdown', atUs: lastUs + 1_000 }];
}

/** Milliseconds from the first line to the last. */
function lengthOf(wire: readonly WireLine[]): number {
  return wire.at(-1)?.at ?? 0;
}

/** A recording knows its servers by name only. */
function serversOf(wire: readonly WireLine[]) {
  const names = new Set(wire.flatMap((line) => ('request' in line ? [line.server ?? 'shop'] : [])));
  return [...names].map((name) => ({ name, address: 'recorded', port: 0 }));
}
