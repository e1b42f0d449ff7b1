/**
 * One client connection of the load generator: a raw socket with prepared bytes. It checks every answer (status,
 * length, id, end) as cheaply as can be, because a proxy that answers wrongly is fast for nothing; it sends one
 * request at a time and keeps no statistics.
 */
import { connect, type Socket } from 'node:net';
import {
  type FixtureName,
  firstId,
  httpRequest,
  initializeBody,
  initializedBody,
  replyBody,
  requestTemplate,
  type Template,
  writeId,
} from './fixtures.ts';
import { type HttpMessage, MessageReader } from './messageReader.ts';

export interface LoadEvents {
  /** The answer to the request sent last is there and right. */
  onReply(connection: LoadConnection): void;
  /** The answer is wrong, or the connection is gone: this connection sends nothing more. */
  onFailure(connection: LoadConnection, text: string): void;
}

export class LoadConnection {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #fixture: FixtureName;
  readonly #events: LoadEvents;
  #template: Template = { bytes: Buffer.alloc(0), places: [] };
  readonly #expectedBytes: number;
  #id = 0;
  #take: (message: HttpMessage) => void = () => undefined;
  #failed = false;
  /** For the load's own use: when the request in flight was planned or sent. */
  sinceUs = 0;

  constructor(port: number, fixture: FixtureName, events: LoadEvents) {
    this.#host = `127.0.0.1:${port}`;
    this.#fixture = fixture;
    this.#events = events;
    this.#expectedBytes = Buffer.byteLength(replyBody(fixture, firstId));
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const reader = new MessageReader((message) => this.#take(message));
    this.#socket.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        this.#fail(String(error));
      }
    });
    this.#socket.on('error', (error) => this.#fail(String(error)));
    this.#socket.on('close', () => this.#fail('the connection was closed'));
  }

  /** `initialize` and `notifications/initialized`, as a client of 2025-11-25 does. Rejects when refused. */
  async shakeHands(): Promise<void> {
    const answer = await this.#ask(httpRequest(this.#host, undefined, initializeBody(firstId - 1)));
    const session = /\r\nmcp-session-id: *([^\r]+)/i.exec(answer)?.[1];
    if (!answer.startsWith('HTTP/1.1 200') || session === undefined) {
      throw new Error(`initialize was answered: ${answer}`);
    }
    const accepted = await this.#ask(httpRequest(this.#host, session, initializedBody));
    if (!accepted.startsWith('HTTP/1.1 202')) throw new Error(`initialized was answered: ${accepted}`);
    this.#template = requestTemplate(this.#fixture, this.#host, session);
    this.#take = (message) => this.#judge(message);
  }

  /** Sends the next request. The one before is answered, so nothing of the bytes is in flight any more. */
  send(id: number): void {
    this.#id = id;
    writeId(this.#template, id);
    this.#socket.write(this.#template.bytes);
  }

  close(): void {
    this.#failed = true;
    this.#socket.destroy();
  }

  #ask(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const onClose = (): void => reject(new Error('the connection was closed during the handshake'));
      this.#socket.once('close', onClose);
      this.#take = ({ head }) => {
        this.#socket.off('close', onClose);
        resolve(head);
      };
      this.#socket.write(request);
    });
  }

  #judge({ head, body }: HttpMessage): void {
    if (!head.startsWith('HTTP/1.1 200')) this.#fail(`answered: ${head.slice(0, 120)}`);
    else if (body.length !== this.#expectedBytes) {
      this.#fail(`${body.length} bytes came instead of ${this.#expectedBytes}`);
    } else if (!body.includes(`"id":${this.#id},`)) this.#fail('the answer belongs to another request');
    else this.#events.onReply(this);
  }

  #fail(text: string): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#socket.destroy();
    this.#events.onFailure(this, text);
  }
}
