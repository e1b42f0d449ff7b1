/** What frames are: ours, of which kind, or somebody else's. */
import type { Frame } from './frame.ts';
import { fieldsOf, named, readLogRows } from './lokiFrames.ts';
import type { Recognised } from './panelPorts.ts';
import { readRecord } from './records.ts';
import { readSpans } from './tempoFrames.ts';

/** Rows looked at of a frame at most: enough to know it, little enough for a menu that opens. */
const LOOKED_AT = 500;

export function recognise(frames: readonly Frame[]): Recognised {
  const found = { sessions: 0, events: 0, spans: 0, foreign: 0 };
  for (const frame of frames) {
    const spans = readSpans([frame]);
    const { rows, damaged } = readLogRows([frame]);
    found.spans += spans.filter(({ attributes }) => isOurs(attributes)).length;
    if (spans.length === 0 && rows.length === 0) {
      found.foreign += rowsOf(frame);
      continue;
    }
    found.foreign += damaged + spans.filter(({ attributes }) => !isOurs(attributes)).length;
    for (const row of rows.slice(0, LOOKED_AT)) {
      const kind = readRecord(row)?.kind;
      if (kind === 'event') found.events += 1;
      else if (kind === 'session') found.sessions += 1;
      else if (kind === undefined) found.foreign += 1;
    }
  }
  return found;
}

function isOurs(attributes: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(attributes).some((key) => key.startsWith('sightline.') || key.startsWith('mcp.'));
}

function rowsOf(frame: Frame): number {
  const fields = fieldsOf(frame);
  // Tempo's streaming search tells its progress in a frame of its own.
  if (named(fields, 'completedJobs') !== undefined) return 0;
  return fields.reduce((most, { values }) => Math.max(most, values.length), 0);
}
