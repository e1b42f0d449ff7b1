/**
 * Writes `params._meta.traceparent` into a request (SEP-414), for `rewrite-traceparent`: the one case in which the
 * proxy changes a body. Only those characters are put in or replaced; numbers, order, spacing and everything else
 * keep their form, so the text is edited in place and never printed anew. What is not a request with an object of
 * params stays as it came.
 */

import { findMember, skipSpace, skipValue } from '../mcp/jsonText.ts';

/** `body` is uncoded JSON text of one message or a batch, of which the first request is meant. */
export function writeMetaTraceparent(body: Buffer, traceparent: string): Buffer {
  const text = body.toString('utf8');
  try {
    const message: unknown = JSON.parse(text);
    const start = skipSpace(text, 0);
    const at = Array.isArray(message) ? findRequest(text, start, message) : start;
    if (at === undefined || (!Array.isArray(message) && !isRequest(message))) return body;
    const edited = editRequest(text, at, JSON.stringify(traceparent));
    return edited === undefined ? body : Buffer.from(edited);
  } catch {
    // Not JSON: forwarded as it came.
    return body;
  }
}

function isRequest(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'method' in message && 'id' in message;
}

/** Where the batch's first request begins. */
function findRequest(text: string, start: number, batch: readonly unknown[]): number | undefined {
  let at = skipSpace(text, start + 1);
  for (const message of batch) {
    if (isRequest(message)) return at;
    at = skipSpace(text, skipSpace(text, skipValue(text, at)) + 1);
  }
  return undefined;
}

function editRequest(text: string, request: number, value: string): string | undefined {
  const params = findMember(text, request, 'params');
  if (params === undefined) return insertFirst(text, request, `"params":{"_meta":{"traceparent":${value}}}`);
  if (text[params] !== '{') return undefined;
  const meta = findMember(text, params, '_meta');
  if (meta === undefined) return insertFirst(text, params, `"_meta":{"traceparent":${value}}`);
  if (text[meta] !== '{') return undefined;
  const present = findMember(text, meta, 'traceparent');
  if (present === undefined) return insertFirst(text, meta, `"traceparent":${value}`);
  return `${text.slice(0, present)}${value}${text.slice(skipValue(text, present))}`;
}

function insertFirst(text: string, object: number, member: string): string {
  const empty = text[skipSpace(text, object + 1)] === '}';
  return `${text.slice(0, object + 1)}${member}${empty ? '' : ','}${text.slice(object + 1)}`;
}
