/** Where an event stands in a frame, for whoever needs the frame's own fields. */
import type { Frame } from './frame.ts';
import { fieldsOf, labelsOf, lineField, named } from './lokiFrames.ts';
import { readSlim, slimKindOf } from './slim.ts';

/** The row of a log frame, or of spans that carry the event's id; undefined where the event is in no row. */
export function eventRowOf(frame: Frame, eventId: string): number | undefined {
  const fields = fieldsOf(frame);
  const ids = named(fields, 'sightline.event.id')?.values;
  const lines = lineField(fields)?.values;
  const labels = named(fields, 'labels')?.values;
  const rows = Math.max(0, ...fields.map(({ values }) => values.length));
  for (let at = 0; at < rows; at += 1) {
    if (ids?.[at] === eventId) return at;
    if (isOf(lines?.[at], labels?.[at], eventId)) return at;
  }
  return undefined;
}

function isOf(line: unknown, labels: unknown, eventId: string): boolean {
  if (typeof line !== 'string') return false;
  if (slimKindOf(line) === 'event') {
    return (
      line.includes(eventId) && readSlim(line, 'event', ({ key }) => key)['sightline.event.id'] === eventId
    );
  }
  const said = labelsOf(labels);
  return said['sightline_record'] === 'event' && said['sightline_event_id'] === eventId;
}
