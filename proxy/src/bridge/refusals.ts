/** The answers that the bridge gives by itself, each with a JSON-RPC error that says why. */

export interface Refusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly headers?: readonly string[];
  /** `error.data` as JSON text. */
  readonly data?: string;
}

/** `id` and `data` as JSON text. */
export function rpcError(id: string, code: number, message: string, data?: string): Buffer {
  const more = data === undefined ? '' : `,"data":${data}`;
  const error = `{"code":${code},"message":${JSON.stringify(message)}${more}}`;
  return Buffer.from(`{"jsonrpc":"2.0","id":${id},"error":${error}}`);
}

/** In place of an answer that is longer than allowed, of which nothing but its id was kept. `id` as JSON text. */
export function tooLongAnswer(id: string, length: number, bytesMax: number): Buffer {
  const words = `the server's answer of ${length} bytes is longer than ${bytesMax} (bridge-message-max)`;
  return rpcError(id, -32000, words);
}

/** As servers of both SDK lines say it: -32001 for a session that is unknown, -32000 for most else. */
export const REFUSALS = {
  notJson: { status: 400, code: -32700, message: 'Parse error: the body is not JSON in UTF-8' },
  notRpc: { status: 400, code: -32600, message: 'Invalid request: the body is no JSON-RPC message' },
  sameId: {
    status: 400,
    code: -32600,
    message: 'Invalid request: an id is used twice by requests that are open',
  },
  noSession: { status: 400, code: -32000, message: 'Bad request: an Mcp-Session-Id header is required' },
  unknownSession: { status: 404, code: -32001, message: 'Session not found' },
  needsPost: {
    status: 405,
    code: -32000,
    message: 'Method not allowed: from 2026-07-28 on there is only POST',
    headers: ['allow', 'POST'],
  },
  acceptsNothing: {
    status: 406,
    code: -32000,
    message: 'Not acceptable: Accept names neither application/json nor text/event-stream',
  },
  acceptsNoStream: {
    status: 406,
    code: -32000,
    message: 'Not acceptable: a GET needs text/event-stream in Accept',
  },
  tooManyStreams: { status: 409, code: -32000, message: 'Conflict: this session has too many open streams' },
  notJsonType: {
    status: 415,
    code: -32000,
    message: 'Unsupported media type: the body must be application/json without a content coding',
  },
  busy: {
    status: 503,
    code: -32000,
    message: 'The server does not read what it was sent; try again later',
    headers: ['retry-after', '5'],
  },
  ending: { status: 503, code: -32000, message: 'Sightline is stopping' },
} as const satisfies Readonly<Record<string, Refusal>>;

export function tooLarge(bytesMax: number): Refusal {
  return {
    status: 413,
    code: -32000,
    message: `Content too large: more than ${bytesMax} bytes (bridge-message-max)`,
  };
}

export function tooManyProcesses(max: number): Refusal {
  return {
    status: 503,
    code: -32000,
    message: `All ${max} processes of this server are in use (bridge-processes); try again later`,
    headers: ['retry-after', '30'],
  };
}

export function wrongRevision(said: string, negotiated: string | undefined): Refusal {
  const wanted = negotiated === undefined ? '' : `; this session speaks ${negotiated}`;
  return {
    status: 400,
    code: -32000,
    message: `Bad request: unsupported MCP-Protocol-Version ${said.slice(0, 32)}${wanted}`,
  };
}

/** 2026-07-28, transports/streamable-http §Request Metadata: a server that reads the body insists on them. */
export function wrongHeaders(names: readonly string[]): Refusal {
  return {
    status: 400,
    code: -32020,
    message: `Header mismatch: ${names.join(', ')} missing or not as in the body`,
  };
}

/** 2026-07-28, basic/index §_meta. */
export function missingMeta(name: string): Refusal {
  return {
    status: 400,
    code: -32602,
    message: `Invalid params: _meta lacks io.modelcontextprotocol/${name}`,
  };
}

/** 2026-07-28, versioning. */
export function unsupportedRevision(requested: string, supported: readonly string[]): Refusal {
  return {
    status: 400,
    code: -32022,
    message: 'Unsupported protocol version',
    data: JSON.stringify({ supported, requested }),
  };
}
