/**
 * Downloads: every event of a filter, read in chunks as fast as the reader takes them and no faster. Between two
 * chunks other requests are answered; a reader that goes away ends the reading.
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Completeness, EventFilter } from '../contract/index.ts';
import type { ArchiveReader } from '../observation/archive.ts';
import { createChunkWriter, type ExportFormat, FORMS, fileNameOf, type Writer } from '../reading/forms.ts';
import { negotiate } from './answer.ts';

/** Each holds a chunk and a socket's buffer. */
export const EXPORTS_MAX = 4;

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
  response.writeHead(200, {
    'content-type': FORMS[job.format].type,
    'content-disposition': `attachment; filename="${fileNameOf(job.format, job.nowMs)}"`,
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
  const writer: Writer = { version, statusText: (status) => STATUS_CODES[status] ?? '' };
  const write = createChunkWriter(form, writer);
  yield form.begin(writer);
  for (const chunk of reader.exportEvents(filter, form.withPayloads)) {
    const text = write(chunk);
    if (text !== '') yield text;
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield form.end(completeness);
}

function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
