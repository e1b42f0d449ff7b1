/** The forms of a download: events in, text out, piece by piece. */
import type { Completeness, EventDetail } from '../contract/index.ts';
import { CSV_HEAD, toCsvRow } from './csv.ts';
import { HAR_END, harBegin, toHarEntry } from './har.ts';

export const EXPORT_FORMATS = ['json', 'ndjson', 'csv', 'har'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Whoever writes the file. */
export interface Writer {
  /** Of Sightline. */
  readonly version: string;
  /** What an HTTP status is called: `Not Found`. */
  readonly statusText: (status: number) => string;
}

/** Pieces of text whose sum is the file. */
export interface Form {
  /** Media type. */
  readonly type: string;
  readonly withPayloads: boolean;
  begin(writer: Writer): string;
  /** Undefined leaves the event out. `first` is true until one was let in. */
  row(event: EventDetail, first: boolean, writer: Writer): string | undefined;
  end(completeness: Completeness): string;
}

/** Writes the chunks of one file, in order: each call gives the text of its events, empty where none is let in. */
export function createChunkWriter(form: Form, writer: Writer): (chunk: readonly EventDetail[]) => string {
  let first = true;
  return (chunk) => {
    const rows: string[] = [];
    for (const event of chunk) {
      const row = form.row(event, first, writer);
      if (row === undefined) continue;
      first = false;
      rows.push(row);
    }
    return rows.join('');
  };
}

export const FORMS: Readonly<Record<ExportFormat, Form>> = {
  json: {
    type: 'application/json',
    withPayloads: true,
    begin: () => '{"items":[',
    row: (event, first) => `${first ? '\n' : ',\n'}${JSON.stringify(event)}`,
    end: (completeness) => `\n],"next":null,"completeness":${JSON.stringify(completeness)}}\n`,
  },
  ndjson: {
    type: 'application/x-ndjson',
    withPayloads: true,
    begin: () => '',
    row: (event) => `${JSON.stringify(event)}\n`,
    end: () => '',
  },
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    withPayloads: false,
    begin: () => CSV_HEAD,
    row: toCsvRow,
    end: () => '',
  },
  har: {
    type: 'application/json',
    withPayloads: true,
    begin: ({ version }) => harBegin(version),
    row: (event, first, { statusText }) => {
      const entry = toHarEntry(event, statusText);
      return entry === undefined ? undefined : `${first ? '\n' : ',\n'}${JSON.stringify(entry)}`;
    },
    end: () => `\n${HAR_END}\n`,
  },
};

/** `sightline-events-20261121T150000Z.csv`. */
export function fileNameOf(format: ExportFormat, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `sightline-events-${stamp}.${format}`;
}
