import { describe, expect, it } from 'vitest';
import { type SseEvent, SseSplitter } from './sse.ts';

interface Seen {
  readonly event?: string;
  readonly id?: string;
  readonly data?: string;
  readonly bytes: number;
  readonly oversized?: true;
}

function split(chunks: readonly Buffer[], bytesMax = 1_000_000): Seen[] {
  const events: Seen[] = [];
  const splitter = new SseSplitter(bytesMax, ({ data, oversized, ...rest }: SseEvent) =>
    events.push({
      ...rest,
      ...(data === undefined ? {} : { data: data.toString('utf8') }),
      ...(oversized ? { oversized } : {}),
    }),
  );
  for (const chunk of chunks) splitter.push(chunk);
  return events;
}

const of = (text: string, bytesMax?: number) => split([Buffer.from(text)], bytesMax);
const dataOf = (text: string) => of(text).map(({ data }) => data);

describe('an event stream', () => {
  it.each([
    ['LF', 'data: a\n\ndata: b\n\n', ['a', 'b']],
    ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
    ['CR', 'data: a\r\rdata: b\r\r', ['a', 'b']],
    ['mixed ends', 'data: a\r\n\ndata: b\n\r\n', ['a', 'b']],
    ['several data lines', 'data: a\ndata:b\ndata:  c\n\n', ['a\nb\n c']],
    ['leading empty data lines', 'data:\ndata\ndata: x\n\n', ['\n\nx']],
    ['a byte order mark', '\ufeffdata: a\n\n', ['a']],
    ['a mark that is none', '\ufeff\ufeffdata: a\n\ndata: b\n\n', ['b']],
    ['comments', ': hi\n\n:\n\ndata: a\n: in between\n\n', ['a']],
    ['unknown fields', 'retry: 5\nfoo: 1\ndata: a\n\nretry: 1\n\n', ['a']],
    ['an unfinished event', 'data: a\n\ndata: b\n', ['a']],
    ['empty lines only', '\n\n\r\n\r\r', []],
    ['a colon in the data', 'data: {"a":1}\n\n', ['{"a":1}']],
  ])('is cut as the standard says: %s', (_name, text, expected) => {
    expect(dataOf(text)).toEqual(expected);
  });

  it('keeps absent data and empty data apart, and reports an id alone', () => {
    expect(of('id: 7\n\nid: 8\ndata:\n\nid\ndata: x\n\n')).toEqual([
      { id: '7', bytes: 0 },
      { id: '8', data: '', bytes: 0 },
      { id: '', data: 'x', bytes: 1 },
    ]);
  });

  it('carries neither event nor id over to the next event, and ignores an id with NUL', () => {
    expect(of('event: e\nid: 1\ndata: a\n\nid: 2\u0000\ndata: b\n\nevent:\ndata: c\n\n')).toEqual([
      { event: 'e', id: '1', data: 'a', bytes: 1 },
      { data: 'b', bytes: 1 },
      { data: 'c', bytes: 1 },
    ]);
  });

  it('counts an event above the limit, flags it, and reads on', () => {
    const large = 'x'.repeat(5_000);
    for (const text of [
      `id: 1\ndata: ${large}\n\n`,
      `id: 1\n${'data: 0123456789\n'.repeat(100)}data: ${'y'.repeat(3_900)}\n\n`,
    ]) {
      const [first, second, ...rest] = of(`${text}data: ok\n\n`, 1_000);
      expect(first).toEqual({ id: '1', bytes: 5_000, oversized: true });
      expect(second).toEqual({ data: 'ok', bytes: 2 });
      expect(rest).toEqual([]);
    }
  });

  it('holds a line of many small chunks at a cost that is linear', () => {
    const events: number[] = [];
    const splitter = new SseSplitter(16_000_000, ({ bytes }) => events.push(bytes));
    splitter.push(Buffer.from('data: '));
    const one = Buffer.from('x');
    for (let i = 0; i < 1_000_000; i += 1) splitter.push(one);
    splitter.push(Buffer.from('\n\n'));
    expect(events).toEqual([1_000_000]);
  });
});

describe('any cutting into chunks', () => {
  /** A small generator of our own: the same numbers on every run, so that a failure can be repeated. */
  function randomFrom(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
  }

  const PARTS = [
    'data: ',
    'data:',
    'id: ',
    'event: message',
    ': ping',
    'retry: 3',
    '{"ä":"€😀"}',
    'x'.repeat(40),
    '\n',
    '\r\n',
    '\r',
    '\n\n',
    '\r\n\r\n',
    '\u0000',
    '\ufeff',
  ];

  it('gives the same events', () => {
    for (let seed = 1; seed <= 400; seed += 1) {
      const random = randomFrom(seed);
      let text = random(3) === 0 ? '\ufeff' : '';
      for (let i = 0; i < 60; i += 1) text += PARTS[random(PARTS.length)] ?? '';
      const bytes = Buffer.from(`${text}\n\n`);
      for (const bytesMax of [1_000_000, 50]) {
        const whole = split([bytes], bytesMax);
        for (const cutting of ['bytes', 'random', 'random'] as const) {
          const chunks: Buffer[] = [];
          for (let at = 0; at < bytes.length; ) {
            const size = cutting === 'bytes' ? 1 : 1 + random(20);
            chunks.push(bytes.subarray(at, at + size));
            at += size;
            if (random(10) === 0) chunks.push(Buffer.alloc(0));
          }
          expect(split(chunks, bytesMax), `seed ${seed}`).toEqual(whole);
        }
      }
    }
  });
});
