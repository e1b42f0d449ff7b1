/**
 * A client without an SDK, for what no SDK does: bad credentials, connections dropped in mid-call, batches,
 * bodies that are not JSON. It speaks just enough of the 2025-03-26 and 2025-06-18 handshake to have a session.
 */
import type { Pace } from './pace.ts';

/** What a raw exchange may vary. */
export interface RawOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Drop the connection this long after the request went out. */
  readonly leaveAfterMs?: number;
}

export interface RawClient {
  /** Posts `body` (text as it is, anything else as JSON) and gives the answer's text, read to its end. */
  post(body: unknown, options?: RawOptions): Promise<string>;
  /** Calls a tool with an id of its own. */
  call(tool: string, input?: object, options?: RawOptions): Promise<string>;
  /** Ends the session by DELETE. */
  end(): Promise<void>;
}

/** Opens a session as `name`. @throws when the server does not answer. */
export async function connectRawClient(
  name: string,
  protocolVersion: string,
  url: URL,
  pace: Pace,
): Promise<RawClient> {
  const session: Record<string, string> = {};
  let lastId = 0;
  const post = async (body: unknown, options: RawOptions = {}): Promise<string> => {
    const leaving = new AbortController();
    const timer =
      options.leaveAfterMs === undefined
        ? undefined
        : setTimeout(() => leaving.abort(), options.leaveAfterMs);
    try {
      const response = await fetch(url, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { ...baseHeaders, ...session, ...options.headers },
        signal: AbortSignal.any([pace.signal, leaving.signal]),
      });
      const id = response.headers.get('mcp-session-id');
      if (id !== null) session['mcp-session-id'] = id;
      return await response.text();
    } finally {
      clearTimeout(timer);
    }
  };
  const call = (tool: string, input: object = {}, options?: RawOptions): Promise<string> => {
    lastId += 1;
    return post(
      { jsonrpc: '2.0', id: lastId, method: 'tools/call', params: { name: tool, arguments: input } },
      options,
    );
  };
  await post({
    jsonrpc: '2.0',
    id: 'init',
    method: 'initialize',
    params: { protocolVersion, capabilities: {}, clientInfo: { name, version: '0.1.0' } },
  });
  session['mcp-protocol-version'] = protocolVersion;
  await post({ jsonrpc: '2.0', method: 'notifications/initialized' });
  return {
    post,
    call,
    end: async () => {
      await fetch(url, { method: 'DELETE', headers: session, signal: pace.signal });
    },
  };
}

const baseHeaders = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'user-agent': 'nightly-job/0.1.0',
};
