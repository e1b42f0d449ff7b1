/**
 * The OTLP receiver of the exporting variants, as a process of its own: accepts http/protobuf and http/json, plain
 * or gzip, counts, and keeps nothing. Its port is its only argument; `count` over IPC is answered with the counts
 * since the start. Ends when its parent goes.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { countOtlp, type OtlpCount } from './otlpCount.ts';

/** What the receiver tells when asked. */
export interface ReceiverCount extends OtlpCount {
  readonly posts: number;
  readonly bytes: number;
  /** Bodies that could not be read; each is a fault of the benchmark or of the exporter. */
  readonly failures: readonly string[];
}

const count: OtlpCount = { spans: 0, records: {} };
const failures: string[] = [];
const failuresMax = 20;
let posts = 0;
let bytes = 0;

function take(request: IncomingMessage, response: ServerResponse, received: Buffer): void {
  const json = (request.headers['content-type'] ?? '').startsWith('application/json');
  posts += 1;
  bytes += received.length;
  try {
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(received) : received;
    if (request.url === '/v1/traces') countOtlp('traces', json, body, count);
    else if (request.url === '/v1/logs') countOtlp('logs', json, body, count);
    else if (request.url !== '/v1/metrics') throw new Error(`no such path: ${request.url}`);
    // An empty body is an ExportServiceResponse without a partial success.
    response.writeHead(200, { 'content-type': json ? 'application/json' : 'application/x-protobuf' });
    response.end(json ? '{}' : undefined);
  } catch (error) {
    if (failures.length < failuresMax) failures.push(String(error));
    response.writeHead(400).end();
  }
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => take(request, response, Buffer.concat(chunks)));
});
server.listen(Number(process.argv[2]), '127.0.0.1');
process.on('message', () => {
  const told: ReceiverCount = { ...count, posts, bytes, failures };
  process.send?.(told);
});
process.on('disconnect', () => process.exit(0));
