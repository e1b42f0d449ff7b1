/** One HTTP request to find out whether and how somebody answers. It follows nothing, sends nothing twice, and lets go. */
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';

export interface Question {
  readonly method: 'GET' | 'OPTIONS' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

export interface Answer {
  readonly status: number;
  /** Its first 64 KiB. */
  readonly text: string;
  /** The clock of whoever answered, Unix milliseconds in whole seconds; undefined when it tells none. */
  readonly dateMs: number | undefined;
  /** Our own clock when it was asked and when the head had come. */
  readonly askedMs: number;
  readonly answeredMs: number;
}

export interface Failure {
  /** As Node and OpenSSL name it; `TIMEOUT` when nothing came in time. */
  readonly code: string;
  readonly message: string;
}

export type Asked = { readonly answer: Answer } | { readonly failure: Failure };

const BODY_MAX = 64 * 1024;

/** Never rejects: that nobody answers is what was asked about. */
export function ask(url: URL, { method, headers = {}, body, timeoutMs }: Question): Promise<Asked> {
  return new Promise((resolve) => {
    const askedMs = Date.now();
    const send = url.protocol === 'https:' ? secureRequest : plainRequest;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const asking = send(url, { method, agent: false, headers: { ...headers, ...length } });
    const timer = setTimeout(() => {
      resolve({ failure: { code: 'TIMEOUT', message: `no answer within ${timeoutMs / 1_000} s` } });
      asking.destroy();
    }, timeoutMs);
    const end = (asked: Asked): void => {
      clearTimeout(timer);
      resolve(asked);
      asking.destroy();
    };
    asking.on('error', (error) => end({ failure: failureOf(error) }));
    asking.on('response', (response) => {
      const answeredMs = Date.now();
      const dateMs = Date.parse(response.headers.date ?? '');
      let text = '';
      const finish = () =>
        end({
          answer: {
            status: response.statusCode ?? 0,
            text,
            dateMs: Number.isNaN(dateMs) ? undefined : dateMs,
            askedMs,
            answeredMs,
          },
        });
      // Of a stream that never ends the head is all that was wanted.
      if (response.headers['content-type']?.startsWith('text/event-stream')) return finish();
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.length > BODY_MAX) finish();
      });
      response.on('end', finish);
      response.on('error', finish);
    });
    asking.end(body);
  });
}

/** Where a name has several addresses, Node gives one error that holds the others and may say nothing itself. */
function failureOf(error: Error): Failure {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const first = inner instanceof Error ? inner : error;
  const code = 'code' in error ? error.code : 'code' in first ? first.code : undefined;
  return { code: typeof code === 'string' ? code : 'UNKNOWN', message: error.message || first.message };
}
