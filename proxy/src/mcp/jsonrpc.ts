/**
 * JSON-RPC 2.0 messages out of one body or one SSE event's data. Values in, values out: what cannot be read is
 * a `problem`, never a throw, and nothing is repaired. Ids stay as received: `1` and `"1"` are two ids, `0` and
 * `""` are ids (JSON-RPC 2.0 §4).
 */

/** Anything JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export type RequestId = string | number;

interface MessageBase {
  /** The message's JSON text as it stood on the wire. */
  readonly text: string;
  /** Bytes of that text. */
  readonly bytes: number;
  /** `jsonrpc` member when it is not `2.0`. */
  readonly version?: string;
}
export interface RequestMessage extends MessageBase {
  readonly shape: 'request';
  readonly id: RequestId;
  readonly method: string;
  readonly params: JsonObject;
}
export interface NotificationMessage extends MessageBase {
  readonly shape: 'notification';
  readonly method: string;
  readonly params: JsonObject;
}
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: Json;
}
export interface ResponseMessage extends MessageBase {
  readonly shape: 'response';
  /** Absent when the id was null or missing: such an error answers whatever could not be read. */
  readonly id?: RequestId;
  /** Present unless `error` is. */
  readonly result?: Json;
  readonly error?: RpcError;
}
export type Message = RequestMessage | NotificationMessage | ResponseMessage;

export type Reading =
  | { readonly ok: true; readonly messages: readonly Message[]; readonly batch: boolean }
  | { readonly ok: false; readonly problem: 'empty' | 'not_json' | 'too_deep' | 'not_jsonrpc' };

/**
 * Reads every message of a text. A batch (2025-03-26) is an array; elements that are no messages make the whole
 * text `not_jsonrpc` only when none of them is one.
 *
 * @param bytes Bytes of `text`, so that the common single message need not be counted again.
 * @param depthMax Nesting above which the text is not interpreted.
 */
export function readMessages(text: string, bytes: number, depthMax: number): Reading {
  if (text.length === 0) return { ok: false, problem: 'empty' };
  if (text.length > depthMax && isDeeperThan(text, depthMax)) return { ok: false, problem: 'too_deep' };
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: text.trim() === '' ? 'empty' : 'not_json' };
  }
  if (!Array.isArray(value)) {
    const message = readMessage(value, text, bytes);
    return message ? { ok: true, messages: [message], batch: false } : { ok: false, problem: 'not_jsonrpc' };
  }
  const texts = splitArray(text);
  const messages: Message[] = [];
  value.forEach((element: Json, index) => {
    const part = copyText(texts[index] ?? '');
    const message = readMessage(element, part, Buffer.byteLength(part));
    if (message) messages.push(message);
  });
  return messages.length > 0 ? { ok: true, messages, batch: true } : { ok: false, problem: 'not_jsonrpc' };
}

function readMessage(value: Json, text: string, bytes: number): Message | undefined {
  if (!isObject(value)) return undefined;
  const base =
    value.jsonrpc === '2.0' || typeof value.jsonrpc !== 'string'
      ? { text, bytes }
      : { text, bytes, version: value.jsonrpc.slice(0, 16) };
  const id = isRequestId(value.id) ? value.id : undefined;
  if (typeof value.method === 'string') {
    const params = isObject(value.params) ? value.params : {};
    return id === undefined
      ? { shape: 'notification', method: value.method, params, ...base }
      : { shape: 'request', id, method: value.method, params, ...base };
  }
  if (isObject(value.error)) {
    const error = readError(value.error);
    return id === undefined
      ? { shape: 'response', error, ...base }
      : { shape: 'response', id, error, ...base };
  }
  if (value.result !== undefined && id !== undefined) {
    return { shape: 'response', id, result: value.result, ...base };
  }
  return undefined;
}

function readError(error: JsonObject): RpcError {
  const code = typeof error.code === 'number' ? error.code : 0;
  const message = typeof error.message === 'string' ? error.message : '';
  return error.data === undefined ? { code, message } : { code, message, data: error.data };
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isRequestId(value: Json | undefined): value is RequestId {
  return typeof value === 'string' || typeof value === 'number';
}

/** The same text on its own: a mere slice keeps the text it was cut from in memory for as long as it lives. */
export function copyText(slice: string): string {
  return Buffer.from(slice, 'utf16le').toString('utf16le');
}

/** A key that tells `1` from `"1"`. */
export function requestIdKey(id: RequestId): string {
  return typeof id === 'number' ? `n${id}` : `s${id}`;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;

/** Index behind the string that begins at `start`; the text's length when it never ends. */
function skipString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i + 1;
  }
  return text.length;
}

/** Whether brackets nest deeper than `depthMax`, without building anything. */
function isDeeperThan(text: string, depthMax: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = skipString(text, i) - 1;
    else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      if (++depth > depthMax) return true;
    } else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) depth--;
  }
  return false;
}

/** The texts of a valid JSON array's elements, exactly as they stand, without the white space around them. */
export function splitArray(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = skipString(text, i) - 1;
    else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      if (++depth === 1) start = i + 1;
    } else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) {
      if (--depth === 0 && text.slice(start, i).trim() !== '') parts.push(text.slice(start, i).trim());
    } else if (code === COMMA && depth === 1) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return parts;
}
