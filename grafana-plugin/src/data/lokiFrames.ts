/**
 * Loki's frames: lines of a log query in both of its shapes (`labels/Time/Line/tsNs/…` and, with the dataplane switched
 * on, `labels/timestamp/body/…`), and figures of a metric query. What has another shape gives nothing.
 */
import type { Frame, FrameField } from './frame.ts';

export type Labels = Readonly<Record<string, unknown>>;

/** One record as Loki has it. */
export interface LogRow {
  /** Decimal nanoseconds since the epoch, 19 digits. */
  readonly timeNs: string;
  readonly line: string;
  /** Stream labels, structured metadata and parsed labels together. */
  readonly labels: Labels;
}

export interface LogRows {
  readonly rows: readonly LogRow[];
  /** Rows without a time or a line. */
  readonly damaged: number;
}

/** The lines of all frames, in the order they stand in. Frames of metrics and traces have none. */
export function readLogRows(frames: readonly Frame[]): LogRows {
  const rows: LogRow[] = [];
  let damaged = 0;
  for (const fields of frames.map(fieldsOf)) {
    const lines = lineField(fields);
    const labels = named(fields, 'labels');
    const times = fields.find(({ type, name }) => type === 'time' || name === 'Time' || name === 'timestamp');
    if (lines === undefined || times === undefined || labels === undefined) continue;
    const nanoseconds = named(fields, 'tsNs');
    for (let at = 0; at < lines.values.length; at++) {
      const line = lines.values[at];
      const timeNs = nanosOf(nanoseconds?.values[at]) ?? nanosOfField(times, at);
      if (typeof line !== 'string' || timeNs === undefined) damaged += 1;
      else rows.push({ timeNs, line, labels: labelsOf(labels.values[at]) });
    }
  }
  return { rows, damaged };
}

/** A frame may come without fields, and a field without values. */
export function fieldsOf(frame: Frame | undefined): readonly FrameField[] {
  const fields: unknown = frame?.fields;
  if (!Array.isArray(fields)) return [];
  return fields.filter((field: FrameField | undefined) => typeof field?.values?.length === 'number');
}

export function named(fields: readonly FrameField[], name: string): FrameField | undefined {
  return fields.find((field) => field.name === name);
}

export function lineField(fields: readonly FrameField[]): FrameField | undefined {
  return named(fields, 'Line') ?? named(fields, 'body');
}

const NOTHING: Labels = {};

export function labelsOf(value: unknown): Labels {
  const read = typeof value === 'string' ? parse(value) : value;
  return typeof read === 'object' && read !== null ? (read as Labels) : NOTHING;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nanosOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[1-9]\d{18}$/.test(value) ? value : undefined;
}

/** From 2001 on milliseconds have 13 digits, and will have until 2286. */
const EARLIEST = 1e12;
const LATEST = 1e13;

function nanosOfField(field: FrameField, at: number): string | undefined {
  const given = field.values[at];
  const time = typeof given === 'string' ? Date.parse(given) : given;
  if (typeof time !== 'number' || !(time >= EARLIEST && time < LATEST)) return undefined;
  const whole = Math.floor(time);
  const said = field.nanos?.[at];
  const rest = typeof said === 'number' && said >= 0 && said < 1e6 ? said : (time - whole) * 1e6;
  return `${whole}${String(Math.floor(rest)).padStart(6, '0')}`;
}

/** One series of a metric query. */
export interface LogSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix milliseconds and value, in the order they stand in. */
  readonly points: readonly (readonly [time: number, value: number])[];
}

/** The series of a metric query: a frame each, or several values beside one time. */
export function readSeries(frames: readonly Frame[]): readonly LogSeries[] {
  return frames.map(fieldsOf).flatMap((fields) => {
    const times = fields.find(({ type }) => type === 'time');
    return fields
      .filter(({ type }) => type === 'number')
      .map(({ values, labels }) => ({ labels: textsOf(labels), points: pointsOf(times, values) }));
  });
}

export interface Figure {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * The values of an instant query: a series each as the back end answers, or the one table that Grafana's browser code
 * makes of them, in which every label is a column and a label that a series lacks is an empty text.
 */
export function readFigures(frames: readonly Frame[]): readonly Figure[] {
  return frames.flatMap((frame) => {
    const columns = fieldsOf(frame).filter(({ type }) => type === 'string');
    if (columns.length > 0) return readTable(frame, columns);
    return readSeries([frame]).flatMap(({ labels, points }) => {
      const value = points.at(-1)?.[1];
      return value === undefined ? [] : [{ labels, value }];
    });
  });
}

function readTable(frame: Frame, columns: readonly FrameField[]): readonly Figure[] {
  const values = fieldsOf(frame).find(({ type }) => type === 'number')?.values ?? [];
  return Array.from(values).flatMap((value, row) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return [];
    const labels = columns.flatMap(({ name, values: texts }) => {
      const text = texts[row];
      return typeof text === 'string' && text !== '' ? [[name, text] as const] : [];
    });
    return [{ labels: Object.fromEntries(labels), value }];
  });
}

function pointsOf(times: FrameField | undefined, values: ArrayLike<unknown>): [number, number][] {
  const points: [number, number][] = [];
  for (let at = 0; at < values.length; at++) {
    const time = times?.values[at] ?? 0;
    const value = values[at];
    if (typeof time === 'number' && typeof value === 'number' && Number.isFinite(value)) {
      points.push([time, value]);
    }
  }
  return points;
}

function textsOf(labels: unknown): Readonly<Record<string, string>> {
  if (typeof labels !== 'object' || labels === null) return {};
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}
