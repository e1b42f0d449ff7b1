/**
 * One sink made of several. Each gets every event; one that throws is our own fault: it is counted, said once,
 * and keeps nothing from the others.
 */
import type { Event, Sink } from '../observation/event.ts';

export interface NamedSink {
  readonly name: string;
  readonly sink: Sink;
}

export interface FanOut extends Sink {
  /** Batches that some sink did not take. */
  readonly faults: number;
}

/** `log` gets one line for the first fault of each sink. */
export function fanOut(sinks: readonly NamedSink[], log: (line: string) => void): FanOut {
  const told = new Set<string>();
  let faults = 0;
  return {
    take(events: readonly Event[], firstSequence?: number): void {
      if (events.length === 0) return;
      for (const { name, sink } of sinks) {
        try {
          sink.take(events, firstSequence);
        } catch (error) {
          faults += 1;
          if (told.has(name)) continue;
          told.add(name);
          log(`the ${name} sink failed (${String(error)}); further faults of it are only counted`);
        }
      }
    },
    get faults() {
      return faults;
    },
  };
}
