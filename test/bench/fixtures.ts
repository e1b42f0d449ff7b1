/**
 * What crosses the wire in the benchmark: one call with three answers, and the handshake before it. Every request
 * has an id and an argument of its own, written over fixed places, so that no proxy can profit from equal bytes
 * and the load generator pays almost nothing. Deterministic: no clock, no randomness but a fixed seed.
 */

/** `call`: some 600 bytes of JSON. `stream`: five SSE events. `document`: some 50 KB of JSON. */
export type FixtureName = 'call' | 'stream' | 'document';

export const fixtureNames: readonly FixtureName[] = ['call', 'stream', 'document'];

/** The tool that makes the upstream answer so. */
export const toolOf: Readonly<Record<FixtureName, string>> = {
  call: 'search_orders',
  stream: 'watch_order',
  document: 'read_manual',
};

export const endpointPath = '/mcp';
export const protocolVersion = '2025-11-25';
/** Events of the streamed answer: four of progress, then the result. */
export const streamEvents = 5;

/** Ids have nine digits, so that every request and every answer of a fixture has the same length. */
export const firstId = 100_000_000;
const idDigits = 9;
const idPlace = '0'.repeat(idDigits);
const documentWords = 9_600;

/** Bytes with places at which the id of a message stands. */
export interface Template {
  readonly bytes: Buffer;
  readonly places: readonly number[];
}

/** Writes the id over its places. The caller owns `bytes` and has nothing of it in flight. */
export function writeId(template: Template, id: number): void {
  for (const place of template.places) {
    let rest = id;
    for (let at = place + idDigits - 1; at >= place; at -= 1) {
      template.bytes[at] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }
}

/** A copy with the id written. */
export function fillTemplate(template: Template, id: number): Buffer {
  const bytes = Buffer.from(template.bytes);
  writeId({ bytes, places: template.places }, id);
  return bytes;
}

/** The call's JSON text: about 300 bytes. */
export function requestBody(fixture: FixtureName, id: number): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: {
      name: toolOf[fixture],
      arguments: {
        order: `A-${id}`,
        customer: 'Meridian Tea & Coffee Ltd',
        status: ['open', 'paid', 'in_transit'],
        from: '2026-01-01T00:00:00Z',
        limit: 20,
        note: 'sorted by date, newest first; prices in euro',
      },
      _meta: { progressToken: id },
    },
  });
}

/** The whole request as an MCP client over fetch sends it, the id still to be written. */
export function requestTemplate(fixture: FixtureName, host: string, session: string): Template {
  return findPlaces(httpRequest(host, session, placeIds(requestBody(fixture, firstId))));
}

export function initializeBody(id: number): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'initialize',
    params: {
      protocolVersion,
      capabilities: { roots: { listChanged: true } },
      clientInfo: { name: 'bench-client', version: '1.4.2' },
    },
  });
}

export const initializedBody = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });

export function httpRequest(host: string, session: string | undefined, body: string): string {
  const lines = [
    `POST ${endpointPath} HTTP/1.1`,
    `host: ${host}`,
    'connection: keep-alive',
    'content-type: application/json',
    'accept: application/json, text/event-stream',
    'authorization: Bearer bench.0123456789abcdef0123456789abcdef',
    ...(session === undefined
      ? []
      : [`mcp-session-id: ${session}`, `mcp-protocol-version: ${protocolVersion}`]),
    'accept-language: *',
    'sec-fetch-mode: cors',
    'user-agent: bench-client/1.4.2 node',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** What a client reads as the answer's body: JSON, or the text of the SSE stream. */
export function replyBody(fixture: FixtureName, id: number): string {
  if (fixture === 'stream') return sseTexts(id).join('');
  return JSON.stringify({ jsonrpc: '2.0', id, result: fixture === 'call' ? searchResult(id) : manual() });
}

/** The answer as the pieces in which the upstream writes it: one, or the head and one per SSE event. */
export function replyTemplates(fixture: FixtureName): readonly Template[] {
  if (fixture !== 'stream') {
    return [findPlaces(httpReply('application/json', placeIds(replyBody(fixture, firstId))))];
  }
  const head =
    'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache, no-transform\r\ntransfer-encoding: chunked\r\n\r\n';
  const chunks = sseTexts(firstId).map(placeIds);
  return [
    findPlaces(head),
    ...chunks.map((text, index) =>
      findPlaces(
        `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n${index === chunks.length - 1 ? '0\r\n\r\n' : ''}`,
      ),
    ),
  ];
}

export function initializeReply(id: unknown, session: string): string {
  const result = {
    protocolVersion,
    capabilities: { tools: { listChanged: false }, logging: {} },
    serverInfo: { name: 'bench-server', version: '2.0.1' },
  };
  return httpReply(
    'application/json',
    JSON.stringify({ jsonrpc: '2.0', id, result }),
    `mcp-session-id: ${session}\r\n`,
  );
}

export const acceptedReply = 'HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n';

function httpReply(type: string, body: string, extra = ''): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${extra}cache-control: no-cache\r\ndate: Sat, 21 Nov 2026 00:00:00 GMT\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function searchResult(id: number): object {
  const orders = [
    { order: `A-${id}`, status: 'in_transit', total: 129.9, items: 3, placed: '2026-11-02T09:14:00Z' },
    { order: 'A-200117', status: 'paid', total: 18.5, items: 1, placed: '2026-10-28T16:40:12Z' },
    { order: 'A-200093', status: 'open', total: 402, items: 12, placed: '2026-10-21T07:55:43Z' },
  ];
  return {
    content: [{ type: 'text', text: `3 orders found, 550.40 € in total; the newest is A-${id}.` }],
    structuredContent: { orders, total: 3, next: null },
    isError: false,
    _meta: { 'example.com/region': 'eu-central', 'example.com/elapsedMs': 4 },
  };
}

function manual(): object {
  return { content: [{ type: 'text', text: prose(documentWords) }], isError: false };
}

function sseTexts(id: number): readonly string[] {
  const texts = Array.from({ length: streamEvents - 1 }, (_, step) => {
    const params = {
      progressToken: id,
      progress: step + 1,
      total: streamEvents,
      message: `step ${step + 1}`,
    };
    return `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params })}\n\n`;
  });
  const result = { content: [{ type: 'text', text: `order A-${id} has arrived` }], isError: false };
  return [...texts, `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`];
}

/** Words in no order, from a fixed seed: text that neither compresses to nothing nor repeats in step. */
function prose(words: number): string {
  const stock =
    'the water of a tea must be near boiling for black leaves and much cooler for green ones'.split(' ');
  let state = 0x2545f491;
  const drawn = Array.from({ length: words }, (_, index) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const word = stock[(state >>> 16) % stock.length] ?? '';
    return index % 14 === 13 ? `${word} ${state % 1000}.\n` : word;
  });
  return drawn.join(' ');
}

function placeIds(text: string): string {
  return text.replaceAll(String(firstId), idPlace);
}

function findPlaces(text: string): Template {
  const bytes = Buffer.from(text);
  const places: number[] = [];
  for (let at = bytes.indexOf(idPlace); at >= 0; at = bytes.indexOf(idPlace, at + idDigits)) places.push(at);
  return { bytes, places };
}
