/**
 * The request headers that mirror the body on 2026-07-28 (transports/streamable-http §Request Metadata, SEP-2243)
 * and whether they agree with it. The body is the source of truth: a mismatch is observed and forwarded, so
 * that the server refuses it; nothing here corrects anything.
 */
import type { JsonObject } from './jsonrpc.ts';

const ENCODED = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;

/** A header value with the `=?base64?…?=` form undone; as it stands when it is not in that form or not UTF-8. */
export function decodeHeaderValue(value: string): string {
  const plain = trimOws(value);
  const match = ENCODED.exec(plain);
  if (!match) return plain;
  const bytes = Buffer.from(match[1] ?? '', 'base64');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return plain;
  }
}

/** Without the white space that HTTP allows around a value (RFC 9110 §5.6.3): space and tab, nothing else. */
function trimOws(value: string): string {
  return value.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, '');
}

/** The parameter that `Mcp-Name` repeats, by method. */
const NAMED_BY: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

/**
 * Names of the headers that contradict a modern request's body, in the spelling of the specification. A missing
 * header contradicts nothing: the server decides whether it insists.
 */
export function mismatchedHeaders(
  headers: Readonly<Record<string, string>>,
  body: { readonly method: string; readonly params: JsonObject; readonly protocolVersion: string },
): string[] {
  const found: string[] = [];
  const version = headers['mcp-protocol-version'];
  if (version !== undefined && trimOws(version) !== body.protocolVersion) found.push('MCP-Protocol-Version');
  const method = headers['mcp-method'];
  if (method !== undefined && decodeHeaderValue(method) !== body.method) found.push('Mcp-Method');
  const name = headers['mcp-name'];
  const key = Object.hasOwn(NAMED_BY, body.method) ? NAMED_BY[body.method] : undefined;
  if (name !== undefined && key !== undefined && decodeHeaderValue(name) !== body.params[key]) {
    found.push('Mcp-Name');
  }
  return found;
}

/** Names of the headers that a modern request needs and lacks, for a server that insists on them. */
export function missingHeaders(
  headers: Readonly<Record<string, string>>,
  body: { readonly method: string; readonly params: JsonObject },
): string[] {
  const key = Object.hasOwn(NAMED_BY, body.method) ? NAMED_BY[body.method] : undefined;
  const isNamed = key !== undefined && typeof body.params[key] === 'string';
  const needed = ['MCP-Protocol-Version', 'Mcp-Method', ...(isNamed ? ['Mcp-Name'] : [])];
  return needed.filter((name) => headers[name.toLowerCase()] === undefined);
}
