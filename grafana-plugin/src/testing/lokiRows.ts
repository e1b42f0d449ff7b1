/** Records as Loki keeps them, for tests: made from items of the read API or from the proxy's own log records. */
import { ATTRIBUTES, type AttributeRow, apiNameOf, type EventItem } from 'sightline/contract';
import { labelOf } from '../data/attributes.ts';
import type { Frame } from '../data/frame.ts';
import { SLIM_COLUMNS, type SlimKind } from '../data/slim.ts';

export interface Row {
  readonly timeNs: string;
  readonly line: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** An event's record with all its labels. */
export function rowOfEvent(event: Omit<EventItem, 'sequence'>): Row {
  const item = event as unknown as Readonly<Record<string, unknown>>;
  const said = (ATTRIBUTES as readonly AttributeRow[]).flatMap(({ key }) => {
    const value = item[apiNameOf(key)];
    return value === undefined ? [] : [[labelOf(key), String(value)] as const];
  });
  return {
    timeNs: event.timeUnixNano,
    line: `${event.mcpMethodName ?? ''} ${event.genAiToolName ?? ''}`,
    labels: {
      service_name: 'sightline',
      sightline_record: 'event',
      ...Object.fromEntries(said),
      ...(event.traceId !== undefined && { trace_id: event.traceId }),
      ...(event.spanId !== undefined && { span_id: event.spanId }),
    },
  };
}

/** The same row as `line_format` and `keep` leave it. */
export function slimRow({ timeNs, labels }: Row, kind: SlimKind): Row {
  const pieces = SLIM_COLUMNS[kind].flatMap(({ letter, label, quoted }) => {
    const value = labels[label];
    if (value === undefined || value === '') return [];
    return [`\t${letter}${quoted ? goQuoted(value) : value}`];
  });
  const mark = kind === 'event' ? 'sl1e' : 'sl1s';
  return { timeNs, line: `${mark}${pieces.join('')}`, labels: { service_name: 'sightline' } };
}

/** As Go's `%q` writes it. */
function goQuoted(text: string): string {
  return JSON.stringify(text).replaceAll(/[\u007f-\u00a0\u2028\u2029]/g, (sign) => {
    return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

export function frameOf(
  rows: readonly Row[],
  shape: 'legacy' | 'dataplane' = 'legacy',
  meta: object = {},
): Frame {
  const column = (name: string, type: string, values: readonly unknown[]) => ({
    name,
    type,
    config: {},
    values,
  });
  const millis = rows.map(({ timeNs }) => Number(timeNs.slice(0, -6)));
  const nanos = rows.map(({ timeNs }) => Number(timeNs.slice(-6)));
  const labels = column(
    'labels',
    'other',
    rows.map((row) => row.labels),
  );
  const lines = rows.map(({ line }) => line);
  const fields =
    shape === 'legacy'
      ? [
          labels,
          column('Time', 'time', millis),
          column('Line', 'string', lines),
          column(
            'tsNs',
            'string',
            rows.map(({ timeNs }) => timeNs),
          ),
          column(
            'id',
            'string',
            rows.map(({ timeNs }, at) => `${timeNs}_${at}`),
          ),
        ]
      : [
          labels,
          { ...column('timestamp', 'time', millis), nanos },
          column('body', 'string', lines),
          column(
            'id',
            'string',
            rows.map(({ timeNs }, at) => `${timeNs}_${at}`),
          ),
        ];
  return { refId: 'A', meta, length: rows.length, fields };
}
