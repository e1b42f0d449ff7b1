import { describe, expect, it } from 'vitest';
import { MessageReader } from './messageReader.ts';

function readCut(bytes: string, cut: number): readonly string[] {
  const bodies: string[] = [];
  const reader = new MessageReader(({ body }) => void bodies.push(body.toString('latin1')));
  const buffer = Buffer.from(bytes, 'latin1');
  for (let at = 0; at < buffer.length; at += cut) reader.push(buffer.subarray(at, at + cut));
  return bodies;
}

const wire = [
  { what: 'a length', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', bodies: ['hello'] },
  { what: 'an empty body', bytes: 'HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n', bodies: [''] },
  {
    what: 'chunks',
    bytes: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n, the tea!\r\n0\r\n\r\n',
    bodies: ['hello, the tea!'],
  },
  {
    what: 'two messages in one piece',
    bytes:
      'POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\nabPOST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n',
    bodies: ['ab', 'c'],
  },
];

describe.each(wire)('a message with $what', ({ bytes, bodies }) => {
  it.each([1, 2, 3, 7, 1_000])('is the same when %i bytes come at a time', (cut) => {
    expect(readCut(bytes, cut)).toEqual(bodies);
  });
});

it('a message of unknown length is an error, not an endless wait', () => {
  expect(() => readCut('HTTP/1.1 200 OK\r\n\r\nhello', 1_000)).toThrow('unknown length');
});
