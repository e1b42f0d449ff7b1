/**
 * Downloads: every event of a filter, read in chunks as fast as the reader takes them and no faster. Between two
 * chunks other requests are answered; a reader that goes away ends the reading.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Completeness, EventDetail, EventFilter } from '../contract/index.ts';
import type { ArchiveReader } from '../observation/archive.ts';
import { negotiate } from './answer.ts';
import { CSV_HEAD, toCsvRow } from './csv.ts';
import { HAR_END, harBegin, toHarEntry } from './har.ts';
import type { ExportFormat } from './parameters.ts';

/** Each holds a chunk and a socket's buffer. */
export const EXPORTS_MAX = 4;

/** Pieces of text whose sum is the file. */
interface Form {
  readonly type: string;
  readonly withPayloads: boolean;
  begin(version: string): string;
  /** Undefined leaves the event out. `first` is true until one was let in. */
  row(event: EventDetail, first: boolean): string | undefined;
  end(completeness: Completeness): string;
}

const FORMS: Readonly<Record<ExportFormat, Form>> = {
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
    begin: harBegin,
    row: (event, first) => {
      const entry = toHarEntry(event);
      return entry === undefined ? undefined : `${first ? '\n' : ',\n'}${JSON.stringify(entry)}`;
    },
    end: () => `\n${HAR_END}\n`,
  },
};

export interface ExportJob {
  readonly reader: ArchiveReader;
  readonly format: ExportFormat;
  readonly filter: EventFilter;
  readonly version: string;
  readonly nowMs: number;
}

/** Resolves when the download has ended, whichever way; rejects when reading failed, with the answer cut off. */
export async function sendExport(
  request: IncomingMessage,
  response: ServerResponse,
  job: ExportJob,
): Promise<void> {
  // Read before the head is written, so that an archive that fails is told as such.
  const { completeness } = job.reader.events({ ...job.filter, limit: 1 });
  const encoder = negotiate(request);
  const stamp = new Date(job.nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  response.writeHead(200, {
    'content-type': FORMS[job.format].type,
    'content-disposition': `attachment; filename="sightline-events-${stamp}.${job.format}"`,
    'cache-control': 'no-store',
    vary: 'accept-encoding',
    ...(encoder === undefined ? {} : { 'content-encoding': encoder.name }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  try {
    const file = pieces(job, completeness);
    if (encoder === undefined) await pipeline(file, response);
    else await pipeline(file, encoder.create(), response);
  } catch (error) {
    // Gone away, not failed.
    if (!isPrematureClose(error)) throw error;
  }
}

/** One piece a chunk; whoever stops taking them ends the reading. */
async function* pieces(
  { reader, format, filter, version }: ExportJob,
  completeness: Completeness,
): AsyncGenerator<string> {
  const form = FORMS[format];
  let first = true;
  yield form.begin(version);
  for (const chunk of reader.exportEvents(filter, form.withPayloads)) {
    const rows: string[] = [];
    for (const event of chunk) {
      const row = form.row(event, first);
      if (row === undefined) continue;
      first = false;
      rows.push(row);
    }
    if (rows.length > 0) yield rows.join('');
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield form.end(completeness);
}

function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
