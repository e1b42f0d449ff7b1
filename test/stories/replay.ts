/**
 * Replays stories: `wire.jsonl` through the proxy's own tap and fold to events. Beside them are their golden events,
 * spans, log records and measurements.
 */
import { readFileSync } from 'node:fs';
import { PATTERNS_BUILT_IN, REDACTED_KEYS } from '../../proxy/src/config/redaction.ts';
import { type Cutter, framesOf, parseRecording, type WireLine } from '../../proxy/src/http/recording.ts';
import type { Event } from '../../proxy/src/observation/event.ts';
import { Observer } from '../../proxy/src/observation/observer.ts';
import type { ObserverSettings } from '../../proxy/src/observation/settings.ts';
import { SETTINGS, T0 } from '../../proxy/src/testing/frames.ts';

/** Set up as tests of the fold are, but with the redaction that users get. */
export const STORY_SETTINGS: ObserverSettings = {
  ...SETTINGS,
  redaction: { keys: REDACTED_KEYS, patterns: PATTERNS_BUILT_IN, paths: [] },
};

export function readWire(path: string): WireLine[] {
  return parseRecording(readFileSync(path, 'utf8'));
}

/** Everything the fold concludes from a recording, in order. */
export function eventsOf(wire: readonly WireLine[], cut?: Cutter): Event[] {
  const given = wire.find((line) => 'settings' in line);
  const observer = new Observer({ ...STORY_SETTINGS, ...given?.settings });
  return framesOf(wire, T0, cut).flatMap((frame) => observer.take(frame));
}
