/** Messages of a server that nobody takes yet: bounded, the oldest go first when there are too many. */

export interface WaitingMessage {
  readonly bytes: Buffer;
  /** Of a request, as JSON text: it wants an answer. */
  readonly id?: string;
}

const MESSAGES_MAX = 1_000;
const BYTES_MAX = 4 * 1024 * 1024;

export class WaitingRoom {
  readonly #onDrop: (message: WaitingMessage) => void;
  #messages: WaitingMessage[] = [];
  #bytes = 0;

  constructor(onDrop: (message: WaitingMessage) => void) {
    this.#onDrop = onDrop;
  }

  /** One message may pass the bound by its own size. */
  enter(message: WaitingMessage): void {
    while (this.#messages.length >= MESSAGES_MAX || (this.#bytes > 0 && this.#bytes > BYTES_MAX)) {
      const oldest = this.next();
      if (!oldest) break;
      this.#onDrop(oldest);
    }
    this.#messages.push(message);
    this.#bytes += message.bytes.length;
  }

  /** The oldest, taken out. */
  next(): WaitingMessage | undefined {
    const message = this.#messages.shift();
    this.#bytes -= message?.bytes.length ?? 0;
    return message;
  }
}
