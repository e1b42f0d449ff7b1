/** Writing answers: the headers that every one carries, JSON, problems, and content codings where they pay. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import type { Refusal } from './problem.ts';

/**
 * Set on every answer. No CORS header is among them: another origin may not read anything. `style-src` leaves
 * out inline styles too, which is no hindrance: what scripts set on elements is not covered by it.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export interface Content {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Below this a coding saves less than a packet. */
const CODED_BYTES_MIN = 4 * 1024;

export function sendContent(request: IncomingMessage, response: ServerResponse, content: Content): void {
  const { status, type, headers } = content;
  const body = typeof content.body === 'string' ? Buffer.from(content.body) : content.body;
  const encoder = body.length >= CODED_BYTES_MIN ? negotiate(request) : undefined;
  const all = { 'cache-control': 'no-store', ...headers, 'content-type': type, vary: 'accept-encoding' };
  if (encoder === undefined) {
    response.writeHead(status, { ...all, 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
    return;
  }
  response.writeHead(status, { ...all, 'content-encoding': encoder.name });
  if (request.method === 'HEAD') response.end();
  // A reader that goes away meanwhile ends it, which is nobody's fault.
  else pipeline(Readable.from([body]), encoder.create(), response).catch(() => {});
}

export function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  body: unknown,
  status = 200,
): void {
  sendContent(request, response, { status, type: 'application/json', body: JSON.stringify(body) });
}

export function sendProblem(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const { problem, headers = {} } = refusal;
  const body = JSON.stringify(problem);
  sendContent(request, response, { status: problem.status, type: 'application/problem+json', body, headers });
}

export interface Encoder {
  readonly name: 'br' | 'gzip';
  create(): Transform;
}

/** Qualities at which both take about a millisecond for the answer of a page. */
const BROTLI: Encoder = {
  name: 'br',
  create: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
};
const GZIP: Encoder = { name: 'gzip', create: () => createGzip({ level: 5 }) };

/** The coding that the client takes (RFC 9110 §12.5.3); undefined for none. */
export function negotiate(request: IncomingMessage): Encoder | undefined {
  const accepted = new Map(
    String(request.headers['accept-encoding'] ?? '')
      .toLowerCase()
      .split(',')
      .map((entry): [string, number] => {
        const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
        const quality = parameters.find((part) => part.startsWith('q='));
        return [name, quality === undefined ? 1 : Number(quality.slice(2))];
      }),
  );
  const takes = (name: string): boolean => (accepted.get(name) ?? accepted.get('*') ?? 0) > 0;
  return [BROTLI, GZIP].find(({ name }) => takes(name));
}
