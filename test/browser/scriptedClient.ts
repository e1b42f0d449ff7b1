/** An MCP client of a few lines, for traffic that must be exactly so: it sends what it is told and takes any answer. */

export interface ClientOptions {
  readonly name: string;
  readonly version: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class ScriptedClient {
  readonly sessionId: string;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  #nextId = 1;

  private constructor(url: string, headers: Readonly<Record<string, string>>, sessionId: string) {
    this.#url = url;
    this.#headers = headers;
    this.sessionId = sessionId;
  }

  /** The handshake of 2025-11-25. */
  static async connect(url: string, { name, version, headers = {} }: ClientOptions): Promise<ScriptedClient> {
    const given = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'user-agent': `${encodeURIComponent(name)}/${encodeURIComponent(version)}`,
      ...headers,
    };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name, version } };
    const answer = await post(url, given, { jsonrpc: '2.0', id: 0, method: 'initialize', params });
    await answer.text();
    const sessionId = answer.headers.get('mcp-session-id') ?? '';
    const client = new ScriptedClient(
      url,
      { ...given, 'mcp-session-id': sessionId, 'mcp-protocol-version': '2025-11-25' },
      sessionId,
    );
    await client.#send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return client;
  }

  /** Calls a tool and gives the text of the answer, whatever it is. */
  call(tool: string, args: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    return this.request('tools/call', { name: tool, arguments: args }, headers);
  }

  request(
    method: string,
    params: object = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const id = this.#nextId;
    this.#nextId += 1;
    return this.#send({ jsonrpc: '2.0', id, method, params }, headers);
  }

  /** Ends the protocol session. */
  async end(): Promise<void> {
    await (await fetch(this.#url, { method: 'DELETE', headers: this.#headers })).text();
  }

  async #send(message: object, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    return (await post(this.#url, { ...this.#headers, ...headers }, message)).text();
  }
}

function post(url: string, headers: Readonly<Record<string, string>>, message: object): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(message) });
}
