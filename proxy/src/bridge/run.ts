/**
 * One run of a server, as the bridge and its watcher see it: lines of messages go to whoever talks with it; what else
 * it prints, and how it ended, is told to observation, which sees the messages themselves as HTTP.
 */
import { isUtf8 } from 'node:buffer';
import { type Message, type RequestId, readMessages } from '../mcp/jsonrpc.ts';
import { answerIdOf, endsOf, type Line } from '../mcp/lines.ts';
import type { ExchangeId, FrameSink, UnixMicros } from '../observation/frame.ts';
import { sightLine } from '../stdio/wire.ts';
import type { Keeper } from './keeper.ts';
import type { Launch } from './launch.ts';
import { rpcError } from './refusals.ts';
import { type Gone, type OutputName, ServerProcess } from './serverProcess.ts';

export interface RunPorts {
  readonly launch: Launch;
  readonly server: string;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly messageBytesMax: number;
  readonly keeper: Keeper;
  readonly sink: FrameSink;
  readonly nowUs: () => UnixMicros;
  readonly randomHex: (bytes: number) => string;
  /** A number that no exchange has. */
  readonly nextRun: () => ExchangeId;
  /** A fault of our own, or something worth a line about this server; said once for each code. */
  readonly onFault: (code: string, error: unknown) => void;
}

/** Whoever talks with a run. */
export interface Talker {
  takeMessage(message: Message, bytes: Buffer): void;
  /** An answer that was too long to be looked into, or longer than allowed: then without its bytes. */
  takeLongAnswer(id: RequestId, bytes: Buffer | undefined, length: number): boolean;
  takeEnd(why: string, gone: Gone): void;
}

/** Above this a line is not parsed where its ends say whose answer it is: parsing it would hold everybody up. */
const PARSE_BYTES_MAX = 1_048_576;
/** Above so much that the server has not read, none of its requests is refused. */
const REFUSALS_BYTES_MAX = 65_536;
/** Exchanges that its end answers are told first, by other ways than its end. */
const TELL_END_MS = 250;

export class Run {
  readonly #ports: RunPorts;
  readonly #talker: Talker;
  readonly #process: ServerProcess;
  readonly #exchange: ExchangeId;
  #isQuiet = false;

  /** @param session The protocol's session that it serves; absent where it serves many clients. */
  constructor(ports: RunPorts, session: string | undefined, talker: Talker) {
    this.#ports = ports;
    this.#talker = talker;
    this.#exchange = ports.nextRun();
    const { server, sink, nowUs } = ports;
    sink({
      kind: 'process',
      exchange: this.#exchange,
      atUs: nowUs(),
      server,
      process: ports.randomHex(16),
      bridged: session === undefined ? {} : { session },
    });
    this.#process = new ServerProcess(ports, {
      onLine: (from, line) => this.#take(from, line),
      onGone: (gone) => this.#takeEnd(gone),
    });
  }

  get hasStarted(): boolean {
    return this.#process.hasStarted;
  }

  /** Bytes that it was given and has not read. */
  get unreadBytes(): number {
    return this.#process.unreadBytes;
  }

  /** One message; line breaks between its tokens become spaces. */
  write(message: string): void {
    this.#process.write(message.replaceAll(/[\r\n]/g, ' '));
  }

  /**
   * Refuses a request of the server in a client's place; `id` as JSON text. A server that reads nothing is told nothing,
   * or its own requests would fill memory.
   */
  refuse(id: string, code: number, message: string): void {
    if (this.unreadBytes < REFUSALS_BYTES_MAX) this.write(rpcError(id, code, message).toString());
  }

  pause(): void {
    this.#process.pause();
  }

  resume(): void {
    this.#process.resume();
  }

  end(): void {
    this.#process.end();
  }

  /** The bridge closes: sessions end with the proxy, not by themselves. */
  close(): void {
    this.#isQuiet = true;
    this.#process.end();
  }

  kill(): void {
    this.#process.kill();
  }

  #take(from: OutputName, line: Line): void {
    try {
      if (from === 'stderr') this.#tell(from, line);
      else this.#takeOutput(line);
    } catch (error) {
      this.#ports.onFault('bridge_line', error);
    }
  }

  #takeOutput(line: Line): void {
    const { data, bytes } = line;
    if (data === undefined || bytes > PARSE_BYTES_MAX) {
      const ends = line.ends ?? (data && endsOf(data));
      const id = ends && answerIdOf(ends);
      if (id !== undefined && this.#talker.takeLongAnswer(id, data, bytes)) return;
    }
    if (data === undefined || !isUtf8(data)) {
      this.#tell('stdout', line);
      return;
    }
    const reading = readMessages(data.toString('utf8'), bytes, Number.POSITIVE_INFINITY);
    if (reading.ok) {
      for (const message of reading.messages)
        this.#talker.takeMessage(message, reading.batch ? Buffer.from(message.text) : data);
    } else if (reading.problem !== 'empty') this.#tell('stdout', line);
  }

  #tell(from: OutputName, { data, bytes }: Line): void {
    const atUs = this.#ports.nowUs();
    const line = sightLine(bytes, data);
    this.#ports.sink({ kind: 'line', exchange: this.#exchange, from, atUs, receivedUs: atUs, line });
  }

  #takeEnd(gone: Gone): void {
    const why = explain(gone);
    this.#talker.takeEnd(why, gone);
    if (this.#isQuiet) return;
    const { code, signal, failure } = gone;
    setTimeout(() => {
      this.#ports.sink({
        kind: 'exit',
        exchange: this.#exchange,
        atUs: this.#ports.nowUs(),
        how: gone.asked ? 'client_gone' : 'server_gone',
        ...(code !== undefined && { code }),
        ...(signal !== undefined && { signal }),
        ...(failure !== undefined && { failure }),
      });
    }, TELL_END_MS).unref();
  }
}

function explain({ code, signal, failure }: Gone): string {
  if (failure !== undefined) return failure;
  if (signal !== undefined) return `the server was ended by ${signal}`;
  return code === undefined ? 'the server ended' : `the server ended with exit code ${code}`;
}
