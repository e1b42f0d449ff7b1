/**
 * One POST of requests on its way to being answered: as JSON where nothing but answers comes, as a stream of events as
 * soon as something else does, or when the first answer takes its time (Streamable HTTP, every revision).
 */
import type { Answer } from './answer.ts';
import { rpcError } from './refusals.ts';

export interface PostForm {
  readonly acceptsJson: boolean;
  readonly acceptsStream: boolean;
  /** It was an array (2025-03-26), and so are its answers. */
  readonly isBatch: boolean;
  /** Headers of whatever it is answered with. */
  readonly headers: readonly string[];
  readonly keepAliveMs: number;
}

export class Post {
  readonly answer: Answer;
  readonly #form: PostForm;
  /** Requests of it that may still be answered. */
  #left: number;
  #collected: Buffer[] = [];
  #status = 200;

  constructor(answer: Answer, requests: number, form: PostForm) {
    this.answer = answer;
    this.#form = form;
    this.#left = requests;
    if (!form.acceptsStream) return;
    // Callers and what is between them give up on an answer without a head after some minutes.
    answer.keepAlive(form.keepAliveMs, () => this.#openStream());
  }

  /** Something else than an answer can go on it. */
  get carriesMessages(): boolean {
    return this.#form.acceptsStream && this.answer.state !== 'over';
  }

  /** A message that is no answer; only where it carries such. */
  sendMessage(message: Buffer): void {
    this.#openStream();
    this.answer.sendEvent(message);
  }

  /** An answer to one of its requests. `status` counts where it is the only one and nothing has been said yet. */
  sendAnswer(message: Buffer, status = 200): void {
    this.#left -= 1;
    if (this.answer.state === 'waiting' && this.#form.acceptsJson) {
      this.#collected.push(message);
      this.#status = status;
    } else {
      this.#openStream();
      this.answer.sendEvent(message);
    }
    this.#settle();
  }

  /** One of its requests will not be answered: it was cancelled. */
  giveUpOne(id: string): void {
    const { state } = this.answer;
    if (state === 'waiting' && !this.#form.acceptsStream) {
      this.sendAnswer(rpcError(id, -32000, 'the request was cancelled'));
      return;
    }
    this.#left -= 1;
    if (this.#left <= 0) this.#openStream();
    this.#settle();
  }

  /** The server is gone, and `ids` with it: said in the stream where there is one, else by who asked us. */
  breakOff(ids: readonly string[], message: string): void {
    if (this.answer.state === 'waiting') {
      this.answer.fail(message);
      return;
    }
    for (const id of ids) this.answer.sendEvent(rpcError(id, -32000, message));
    this.answer.end();
  }

  #openStream(): void {
    if (this.answer.state !== 'waiting') return;
    this.answer.openStream(this.#form.headers);
    for (const message of this.#collected) this.answer.sendEvent(message);
    this.#collected = [];
  }

  #settle(): void {
    if (this.#left > 0) return;
    if (this.answer.state === 'waiting') {
      const body = this.#form.isBatch ? toArray(this.#collected) : this.#collected[0];
      this.answer.respond(this.#form.isBatch ? 200 : this.#status, this.#form.headers, body);
    } else this.answer.end();
  }
}

function toArray(messages: readonly Buffer[]): Buffer {
  const parts = messages.flatMap((message, at) => (at === 0 ? [message] : [Buffer.from(','), message]));
  return Buffer.concat([Buffer.from('['), ...parts, Buffer.from(']')]);
}
