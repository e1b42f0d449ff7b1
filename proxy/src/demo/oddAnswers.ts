/**
 * Answers that no SDK gives and that real servers give all the same: a proxy's error page, a gateway's
 * timeout, a stream that ends without an answer, a socket that breaks. One row per tool; the rows also
 * tell the shop which tools to advertise.
 */
import type { ServerResponse } from 'node:http';

export interface OddAnswer {
  readonly tool: string;
  readonly description: string;
  answer(response: ServerResponse): void;
}

const eventStream = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };

export const oddAnswers: readonly OddAnswer[] = [
  {
    tool: 'sync_inventory',
    description: 'Fetches stock levels from the warehouse, which is down for maintenance (503, a web page)',
    answer: (response) => {
      response.writeHead(503, { 'content-type': 'text/html' });
      response.end('<h1>Down for maintenance</h1>');
    },
  },
  {
    tool: 'quote_shipping',
    description: 'Asks the carrier for a price, who does not answer its gateway in time (504)',
    answer: (response) => {
      response.writeHead(504, { 'content-type': 'text/plain' });
      response.end('upstream request timeout');
    },
  },
  {
    tool: 'notify_warehouse',
    description: 'Tells the warehouse, whose stream ends in order but without an answer',
    answer: (response) => {
      response.writeHead(200, eventStream);
      response.end(': working\n\n');
    },
  },
  {
    tool: 'print_receipt',
    description: 'Prints a receipt on a printer whose connection breaks in the middle',
    answer: (response) => {
      response.writeHead(200, eventStream);
      response.write(': warming up\n\n', () => response.destroy());
    },
  },
];

/** The odd answer to a parsed request body, if its tool has one. */
export function findOddAnswer(body: unknown): OddAnswer | undefined {
  if (typeof body !== 'object' || body === null || !('params' in body)) return undefined;
  const params = body.params;
  if (typeof params !== 'object' || params === null || !('name' in params)) return undefined;
  return oddAnswers.find((odd) => odd.tool === params.name);
}
