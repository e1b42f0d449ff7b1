/** Reads server-sent events as a browser does, without its patience. For tests only. */
import type { IncomingMessage } from 'node:http';

export interface SentEvent {
  readonly name: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

export class LiveReader {
  readonly message: IncomingMessage;
  readonly events: SentEvent[] = [];
  /** As a browser keeps it: the last id, whether or not an event came with it. */
  lastId = '';
  #rest = '';

  constructor(message: IncomingMessage) {
    this.message = message;
    message.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    message.on('error', () => {});
  }

  /** The data of every event of a name, flattened. */
  items<Item>(name: string): Item[] {
    return this.events.flatMap((event) => (event.name === name ? (event.data as Item[]) : []));
  }

  #take(text: string): void {
    const blocks = `${this.#rest}${text}`.split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block
          .split('\n')
          .filter((line) => !line.startsWith(':'))
          .map((line): [string, string] => {
            const mark = line.indexOf(': ');
            return [line.slice(0, mark), line.slice(mark + 2)];
          }),
      );
      const id = fields.get('id');
      if (id !== undefined) this.lastId = id;
      const data = fields.get('data');
      if (data !== undefined)
        this.events.push({ name: fields.get('event') ?? '', id, data: JSON.parse(data) });
    }
  }
}
