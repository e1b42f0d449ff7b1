/**
 * Reads the head of a request once: what goes on to the upstream, what observation may see, what the steps need.
 * One loop over the raw list, because it runs for every request. Decides nothing: guard, route and trace do.
 */
import { OBSERVED_REQUEST_HEADERS } from '../observation/frame.ts';
import { connectionNames, HOP_BY_HOP } from './headers.ts';

export interface RequestHead {
  /** Raw list for the upstream, still without `Host`, `Content-Length`, `traceparent` and `tracestate`. */
  readonly forward: string[];
  /** Lower-cased, repeated values joined by `, `. */
  readonly observed: Record<string, string>;
  /** How many `Host` headers there were: more than one is refused (RFC 9112 §3.2). */
  readonly hosts: number;
  /** Undefined when absent; NaN when it is no number. */
  readonly contentLength: number | undefined;
  readonly transferEncoding: string | undefined;
  readonly authorization: string | undefined;
  readonly apiKey: string | undefined;
  readonly cookie: string | undefined;
}

const FORWARD = 0;
const OBSERVE = 1;
const DROP = 2;
const SPECIAL = 3;

/** What happens to a field; everything not in the table is forwarded unseen. */
const ACTIONS = new Map<string, number>([
  ...OBSERVED_REQUEST_HEADERS.map((name): [string, number] => [name, OBSERVE]),
  ...[...HOP_BY_HOP.keys()].map((name): [string, number] => [name, DROP]),
  // The server side of node answers an expectation itself, so asking the upstream again would answer it twice.
  ['expect', DROP],
  ...[
    'host',
    'content-length',
    'transfer-encoding',
    'authorization',
    'cookie',
    'traceparent',
    'tracestate',
    'x-api-key',
    'api-key',
    'apikey',
    'x-goog-api-key',
  ].map((name): [string, number] => [name, SPECIAL]),
]);

class Head implements RequestHead {
  readonly forward: string[] = [];
  readonly observed: Record<string, string> = {};
  hosts = 0;
  contentLength: number | undefined = undefined;
  transferEncoding: string | undefined = undefined;
  authorization: string | undefined = undefined;
  apiKey: string | undefined = undefined;
  cookie: string | undefined = undefined;

  observe(lower: string, value: string): void {
    const before = this.observed[lower];
    this.observed[lower] = before === undefined ? value : `${before}, ${value}`;
  }

  takeSpecial(name: string, lower: string, value: string): void {
    switch (lower) {
      case 'host':
        this.hosts += 1;
        this.observed['host'] ??= value;
        return;
      case 'content-length':
        this.contentLength = /^\d+$/.test(value) ? Number(value) : Number.NaN;
        return;
      case 'transfer-encoding':
        this.transferEncoding =
          this.transferEncoding === undefined ? value : `${this.transferEncoding},${value}`;
        return;
      case 'traceparent':
      case 'tracestate':
        this.observe(lower, value);
        return;
      case 'authorization':
        this.authorization ??= value;
        break;
      case 'cookie':
        this.cookie ??= value;
        break;
      default:
        this.apiKey ??= value;
    }
    this.forward.push(name, value);
  }
}

/** `raw` is node's `rawHeaders`: values are latin1 strings, so bytes beyond ASCII survive. */
export function readRequestHead(raw: readonly string[]): RequestHead {
  const head = new Head();
  const named = connectionNames(raw);
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    const lower = name.toLowerCase();
    const action = ACTIONS.get(lower) ?? FORWARD;
    if (action === SPECIAL) {
      head.takeSpecial(name, lower, value);
      continue;
    }
    if (action === DROP || named?.has(lower)) continue;
    if (action === OBSERVE) head.observe(lower, value);
    head.forward.push(name, value);
  }
  return head;
}
