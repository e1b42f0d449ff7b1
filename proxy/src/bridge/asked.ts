/** What an HTTP request to the bridge says, and whether it can be served at all (Streamable HTTP, every revision). */
import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { readEnvelope } from '../mcp/envelope.ts';
import { GrowingBytes } from '../mcp/growingBytes.ts';
import { mismatchedHeaders, missingHeaders } from '../mcp/headers.ts';
import { isObject, type Message, type RequestMessage, readMessages, splitArray } from '../mcp/jsonrpc.ts';
import { FIRST_MODERN_REVISION } from '../mcp/revision.ts';
import { missingMeta, REFUSALS, type Refusal, unsupportedRevision, wrongHeaders } from './refusals.ts';

export type Headers = Readonly<Record<string, string>>;

/** The messages of a body. */
export interface Said {
  readonly messages: readonly Message[];
  readonly requests: readonly RequestMessage[];
  /** It was an array (2025-03-26). */
  readonly isBatch: boolean;
  /** Everything in it is of 2026-07-28 or later, which knows neither handshake nor sessions. */
  readonly isModern: boolean;
}

/** Those whose HTTP the bridge speaks: of a later one it cannot know what it asks of a server. */
const MODERN_REVISIONS: readonly string[] = [FIRST_MODERN_REVISION];

/** By lower-cased name; of a repeated one the first. `raw` is names and values by turns. */
export function readHeaders(raw: unknown): Headers {
  const headers: Record<string, string> = {};
  if (!Array.isArray(raw)) return headers;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = String(raw[at]).toLowerCase();
    headers[name] ??= String(raw[at + 1]);
  }
  return headers;
}

/** What the client can read; without an `Accept` anything. */
export function readAccept(headers: Headers): { readonly json: boolean; readonly stream: boolean } {
  const accept = headers['accept']?.toLowerCase() ?? '*/*';
  const kinds = accept.split(',').map((kind) => kind.split(';')[0]?.trim());
  const any = kinds.includes('*/*');
  return {
    json: any || kinds.includes('application/json') || kinds.includes('application/*'),
    stream: any || kinds.includes('text/event-stream') || kinds.includes('text/*'),
  };
}

/** What is wrong with a POST before its body is read. */
export function refusePost(headers: Headers): Refusal | undefined {
  const accept = readAccept(headers);
  if (!accept.json && !accept.stream) return REFUSALS.acceptsNothing;
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  const coding = headers['content-encoding']?.trim().toLowerCase();
  if (type !== 'application/json' || (coding !== undefined && coding !== 'identity'))
    return REFUSALS.notJsonType;
  return undefined;
}

/** A body, whole. One that never becomes whole is waited for by nobody. */
export function readBody(body: unknown, bytesMax: number): Promise<Buffer | 'too_large'> {
  if (body instanceof Uint8Array) {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    return Promise.resolve(bytes.length > bytesMax ? 'too_large' : bytes);
  }
  if (!isStream(body)) return Promise.resolve(Buffer.alloc(0));
  return new Promise((resolve) => {
    const read = new GrowingBytes();
    body.on('data', (chunk: Buffer) => {
      if (read.length + chunk.length <= bytesMax) {
        read.append(chunk);
        return;
      }
      read.clear();
      // The rest is read and thrown away by whoever gave it.
      body.destroy();
      resolve('too_large');
    });
    body.once('end', () => resolve(read.take()));
    body.on('error', () => {});
  });
}

function isStream(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && 'on' in body && 'destroy' in body;
}

/** The messages of a body, or what is wrong with it. */
export function readSaid(body: Buffer): Said | Refusal {
  if (!isUtf8(body)) return REFUSALS.notJson;
  const text = body.toString('utf8');
  const reading = readMessages(text, body.length, Number.POSITIVE_INFINITY);
  if (!reading.ok) return reading.problem === 'not_jsonrpc' ? REFUSALS.notRpc : REFUSALS.notJson;
  const { messages, batch } = reading;
  // One that is none would get no answer, and its sender would wait for it.
  if (batch && splitArray(text).length !== messages.length) return REFUSALS.notRpc;
  const requests = messages.filter((message) => message.shape === 'request');
  const isModern = requests.length > 0 && requests.every((request) => revisionOf(request) !== undefined);
  return { messages, requests, isBatch: batch, isModern };
}

/** What is wrong with a request of 2026-07-28 that a server over HTTP must not take. */
export function refuseModern(headers: Headers, { requests, isBatch }: Said): Refusal | undefined {
  const [request] = requests;
  if (isBatch || request === undefined) return REFUSALS.notRpc;
  const { method, params } = request;
  const protocolVersion = revisionOf(request);
  const meta = params._meta;
  if (protocolVersion === undefined) return missingMeta('protocolVersion');
  if (!isObject(meta) || !isObject(meta['io.modelcontextprotocol/clientCapabilities']))
    return missingMeta('clientCapabilities');
  const names = [
    ...mismatchedHeaders(headers, { method, params, protocolVersion }),
    ...missingHeaders(headers, { method, params }),
  ];
  if (names.length > 0) return wrongHeaders(names);
  return MODERN_REVISIONS.includes(protocolVersion)
    ? undefined
    : unsupportedRevision(protocolVersion, MODERN_REVISIONS);
}

/** The revision that a request states by itself: only modern ones do. */
function revisionOf({ params }: RequestMessage): string | undefined {
  return readEnvelope(params).protocolVersion;
}
