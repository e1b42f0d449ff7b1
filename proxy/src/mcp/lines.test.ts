import { describe, expect, it } from 'vitest';
import { answerIdOf, type Line, LineSplitter } from './lines.ts';

const BYTES_MAX = 40;

function linesOf(chunks: readonly Buffer[], bytesMax = BYTES_MAX) {
  const lines: string[] = [];
  const splitter = new LineSplitter(bytesMax, (line) => lines.push(shown(line)));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

function shown({ data, bytes, ends, unfinished }: Line): string {
  const text = data ? data.toString('utf8') : `<${ends?.head.toString('hex')}|${ends?.tail.toString('hex')}>`;
  return `${bytes}${unfinished ? '?' : ''} ${text}`;
}

/** A small generator, so that a failure can be had again by its seed (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function cutAtRandom(bytes: Buffer, random: (below: number) => number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = random(4) === 0 ? 1 : random(60);
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

describe('LineSplitter', () => {
  it('ends lines at LF and CR LF, and takes no other character for an end', () => {
    const text = 'one\r\ntwo\n\n\r\nthr\ree\u2028\u0085\nlast';
    expect(linesOf([Buffer.from(text)])).toEqual([
      '3 one',
      '3 two',
      '0 ',
      '0 ',
      '11 thr\ree\u2028\u0085',
      '4? last',
    ]);
  });

  it('keeps a CR where the stream ends, because nothing says that it ended a line', () => {
    expect(linesOf([Buffer.from('a\r')])).toEqual(['2? a\r']);
    expect(linesOf([Buffer.from('a\n')])).toEqual(['1 a']);
  });

  it('joins a character that was cut apart', () => {
    const bytes = Buffer.from('"é€😀"\n');
    for (let at = 0; at <= bytes.length; at++) {
      expect(linesOf([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(['11 "é€😀"']);
    }
  });

  it('reads a line of exactly the limit, also with CR LF, and none that is longer', () => {
    const fits = 'x'.repeat(BYTES_MAX);
    expect(linesOf([Buffer.from(`${fits}\r\n${fits}\n`)])).toEqual([`40 ${fits}`, `40 ${fits}`]);
    const [line = ''] = linesOf([Buffer.from(`${fits}y\n`)]);
    expect(line).toMatch(/^41 </);
  });

  it('gives the same lines however the stream is cut', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = randomOf(seed);
      const parts = Array.from({ length: 1 + random(30) }, () => {
        const length = random(5) === 0 ? random(900) : random(BYTES_MAX + 3);
        const text = Array.from({ length }, () => 'ab\r{"é€'[random(7)]).join('');
        return `${text}${['\n', '\r\n', '\n\n'][random(3)]}`;
      });
      const bytes = Buffer.from(random(2) === 0 ? parts.join('') : parts.join('').trimEnd());
      const whole = linesOf([bytes]);
      expect(linesOf(cutAtRandom(bytes, random)), `seed ${seed}`).toEqual(whole);
      // Against the plain definition: split at LF, one CR off each line that a LF ended.
      const texts = bytes.toString('latin1').split('\n');
      const last = texts.pop() ?? '';
      const lengths = [
        ...texts.map((text) => text.replace(/\r$/, '').length),
        ...(last ? [last.length] : []),
      ];
      expect(
        whole.map((line) => Number.parseInt(line, 10)),
        `seed ${seed}`,
      ).toEqual(lengths);
    }
  });

  it('counts a line of 100 MB and holds none of it', () => {
    const lines: Line[] = [];
    const splitter = new LineSplitter(8 * 1024 * 1024, (line) => lines.push(line));
    const chunk = Buffer.alloc(65_536, 'x');
    splitter.push(Buffer.from('{"jsonrpc":"2.0","id":7,"result":"'));
    for (let i = 0; i < 1_600; i++) splitter.push(chunk);
    splitter.push(Buffer.from('"}\r\n{}\n'));
    expect(lines.map(({ bytes, data }) => [bytes, data?.toString()])).toEqual([
      [34 + 1_600 * 65_536 + 2, undefined],
      [2, '{}'],
    ]);
    expect(lines[0]?.ends?.head.length).toBe(256);
    expect(lines[0]?.ends?.tail.toString()).toBe(`${'x'.repeat(254)}"}`);
    expect(lines[0]?.ends && answerIdOf(lines[0].ends)).toBe(7);
  });

  it('keeps no large chunk alive for the small ends of a long line', () => {
    let ends: Line['ends'];
    const splitter = new LineSplitter(1_000, (line) => {
      ends = line.ends;
    });
    splitter.push(Buffer.alloc(1_000_000, 'x'));
    splitter.push(Buffer.from('\n'));
    expect(ends?.head.buffer.byteLength).toBeLessThan(100_000);
    expect(ends?.tail.buffer.byteLength).toBeLessThan(100_000);
  });
});

describe('answerIdOf', () => {
  it.each([
    ['the id first, as the specification writes it', '{"jsonrpc":"2.0","id":3,"result":{"a":', '"}]}}', 3],
    [
      'the id last, as the official TypeScript SDK writes it',
      '{"result":{"a":',
      '"}]},"jsonrpc":"2.0","id":3}',
      3,
    ],
    ['a text as id', '{"jsonrpc": "2.0", "id": "a\\"b", "error": {', '}}', 'a"b'],
    [
      'a request: its answer is somebody else',
      '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{',
      '}}',
      undefined,
    ],
    [
      'a request with its id last',
      '{"method":"tools/call","params":{',
      '},"jsonrpc":"2.0","id":3}',
      undefined,
    ],
    ['an id inside the result', '{"jsonrpc":"2.0","result":{"x":[', '],"id":3}}', undefined],
    ['an id that is only text', '{"result":"', ',\\"id\\":3}"}', undefined],
  ])('%s', (_name, head, tail, id) => {
    expect(answerIdOf({ head: Buffer.from(head), tail: Buffer.from(tail) })).toBe(id);
  });
});
