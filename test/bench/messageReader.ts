/**
 * Cuts a connection's bytes into HTTP/1.1 messages, for both ends of the benchmark: it must cost far less than the
 * proxies between them, so it reads framing only (content-length, chunked, or no body). It is no general parser:
 * a peer that frames a message otherwise is an error, because then the run would measure something else.
 */

export interface HttpMessage {
  /** Start line and headers, as latin1 text without the empty line. */
  readonly head: string;
  /** The body's bytes, the chunk framing removed. Valid during the call only. */
  readonly body: Buffer;
}

const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');
const none = Buffer.alloc(0);
/** Nothing in the benchmark is larger; more means that the framing was misread. */
const messageBytesMax = 1_048_576;

/** A message, and where the bytes after it begin. */
interface Cut {
  readonly message: HttpMessage;
  readonly next: number;
}

export class MessageReader {
  readonly #onMessage: (message: HttpMessage) => void;
  #kept: Buffer = none;

  constructor(onMessage: (message: HttpMessage) => void) {
    this.#onMessage = onMessage;
  }

  /** @throws on framing that the benchmark does not use. */
  push(chunk: Buffer): void {
    let bytes = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
    this.#kept = none;
    while (bytes.length > 0) {
      const cut = cutMessage(bytes);
      if (cut === undefined) {
        if (bytes.length > messageBytesMax) throw new Error(`no end of message in ${bytes.length} bytes`);
        this.#kept = bytes;
        return;
      }
      bytes = bytes.subarray(cut.next);
      this.#onMessage(cut.message);
    }
  }
}

function cutMessage(bytes: Buffer): Cut | undefined {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const start = end + headEnd.length;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const next = start + Number(length);
    return bytes.length < next ? undefined : { message: { head, body: bytes.subarray(start, next) }, next };
  }
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return cutChunks(bytes, head, start);
  if (/^(?:GET|DELETE) /.test(head)) return { message: { head, body: none }, next: start };
  throw new Error(`a message of unknown length: ${head.slice(0, 200)}`);
}

function cutChunks(bytes: Buffer, head: string, start: number): Cut | undefined {
  const parts: Buffer[] = [];
  let at = start;
  for (;;) {
    const line = bytes.indexOf(lineEnd, at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    if (Number.isNaN(size)) throw new Error('a chunk without a size');
    const from = line + lineEnd.length;
    const next = from + size + lineEnd.length;
    if (bytes.length < next) return undefined;
    if (size === 0) return { message: { head, body: Buffer.concat(parts) }, next };
    parts.push(bytes.subarray(from, from + size));
    at = next;
  }
}
