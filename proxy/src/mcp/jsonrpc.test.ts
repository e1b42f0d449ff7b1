import { describe, expect, it } from 'vitest';
import { copyText, type Reading, readMessages, requestIdKey, splitArray } from './jsonrpc.ts';

const DEPTH_MAX = 1000;

function read(text: string, depthMax = DEPTH_MAX): Reading {
  return readMessages(text, Buffer.byteLength(text), depthMax);
}

/** The messages without text and bytes, which have claims of their own. */
function shapes(text: string) {
  const reading = read(text);
  if (!reading.ok) return reading.problem;
  return reading.messages.map(({ text: _text, bytes: _bytes, ...shape }) => shape);
}

describe('a message is what its members make it', () => {
  const sheet = [
    {
      cell: 'request',
      input: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
      expected: [{ shape: 'request', id: 1, method: 'ping', params: {} }],
      why: 'absent params are an empty object, so that no reader has to ask',
    },
    {
      cell: 'id 0 is an id',
      input: '{"jsonrpc":"2.0","id":0,"method":"ping"}',
      expected: [{ shape: 'request', id: 0, method: 'ping', params: {} }],
      why: 'SDK clients count from 0',
    },
    {
      cell: 'the empty text is an id',
      input: '{"jsonrpc":"2.0","id":"","method":"ping"}',
      expected: [{ shape: 'request', id: '', method: 'ping', params: {} }],
      why: 'JSON-RPC 2.0 §4: a string is an id, whatever it holds',
    },
    {
      cell: 'a fraction is an id',
      input: '{"jsonrpc":"2.0","id":1.5,"method":"ping"}',
      expected: [{ shape: 'request', id: 1.5, method: 'ping', params: {} }],
      why: 'SHOULD NOT is not MUST NOT',
    },
    {
      cell: 'id null: nothing can answer it',
      input: '{"jsonrpc":"2.0","id":null,"method":"ping"}',
      expected: [{ shape: 'notification', method: 'ping', params: {} }],
      why: 'MCP forbids null ids; a request that no answer can name is recorded, but never waited for',
    },
    {
      cell: 'an id of another type is none',
      input: '{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}',
      expected: [{ shape: 'notification', method: 'ping', params: {} }],
      why: 'as for null',
    },
    {
      cell: 'params that are a list',
      input: '{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}',
      expected: [{ shape: 'request', id: 1, method: 'm', params: {} }],
      why: 'MCP has named params only; the message is still a request',
    },
    {
      cell: 'result',
      input: '{"jsonrpc":"2.0","id":"a","result":{}}',
      expected: [{ shape: 'response', id: 'a', result: {} }],
      why: '',
    },
    {
      cell: 'result null is a result',
      input: '{"jsonrpc":"2.0","id":1,"result":null}',
      expected: [{ shape: 'response', id: 1, result: null }],
      why: 'only absence is absence',
    },
    {
      cell: 'result without id',
      input: '{"jsonrpc":"2.0","id":null,"result":{}}',
      expected: 'not_jsonrpc',
      why: 'only an error may come without id (JSON-RPC 2.0 §5)',
    },
    {
      cell: 'error with id null',
      input: '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}',
      expected: [{ shape: 'response', error: { code: -32700, message: 'Parse error' } }],
      why: 'it answers what could not be read',
    },
    {
      cell: 'error without id',
      input: '{"jsonrpc":"2.0","error":{"code":-32000,"message":"x"}}',
      expected: [{ shape: 'response', error: { code: -32000, message: 'x' } }],
      why: 'transports §Sending Messages: the body of a refusal may have no id',
    },
    {
      cell: 'error beats result',
      input: '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"}}',
      expected: [{ shape: 'response', id: 1, error: { code: 1, message: 'x' } }],
      why: 'a failure must not pass for a success',
    },
    {
      cell: 'error with data',
      input: '{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"v","data":{"supported":["a"]}}}',
      expected: [
        {
          shape: 'response',
          id: 1,
          error: { code: -32022, message: 'v', data: { supported: ['a'] } },
        },
      ],
      why: '',
    },
    {
      cell: 'an error whose members have wrong types',
      input: '{"jsonrpc":"2.0","id":1,"error":{"code":"x","message":7}}',
      expected: [{ shape: 'response', id: 1, error: { code: 0, message: '' } }],
      why: 'it is an error all the same',
    },
    {
      cell: 'jsonrpc 1.0 is kept as a remark',
      input: '{"jsonrpc":"1.0","id":1,"method":"ping"}',
      expected: [{ shape: 'request', id: 1, method: 'ping', params: {}, version: '1.0' }],
      why: 'nothing is repaired, and the attribute jsonrpc.protocol.version is for what is not 2.0',
    },
    {
      cell: 'no jsonrpc member',
      input: '{"id":1,"method":"ping"}',
      expected: [{ shape: 'request', id: 1, method: 'ping', params: {} }],
      why: 'the peers decide whether they mind',
    },
    {
      cell: 'a very long version is cut',
      input: `{"jsonrpc":"${'9'.repeat(50)}","id":1,"method":"ping"}`,
      expected: [{ shape: 'request', id: 1, method: 'ping', params: {}, version: '9'.repeat(16) }],
      why: 'a peer chose it',
    },
    {
      cell: 'neither method nor answer',
      input: '{"jsonrpc":"2.0","id":1}',
      expected: 'not_jsonrpc',
      why: '',
    },
    { cell: 'method that is no text', input: '{"id":1,"method":7}', expected: 'not_jsonrpc', why: '' },
    { cell: 'error that is no object', input: '{"id":1,"error":"x"}', expected: 'not_jsonrpc', why: '' },
    { cell: 'a bare number', input: '7', expected: 'not_jsonrpc', why: 'JSON, but no message' },
    { cell: 'null', input: 'null', expected: 'not_jsonrpc', why: '' },
    { cell: 'no text', input: '', expected: 'empty', why: '' },
    { cell: 'white space', input: ' \r\n\t', expected: 'empty', why: 'nothing was said' },
    { cell: 'not JSON', input: '{"jsonrpc":', expected: 'not_json', why: '' },
    { cell: 'two documents', input: '{} {}', expected: 'not_json', why: 'no line protocol over HTTP' },
  ];
  it.each(sheet)('$cell', ({ input, expected }) => expect(shapes(input)).toEqual(expected));

  it('keeps a key __proto__ a key, and nobody inherits from it', () => {
    const reading = read('{"id":1,"method":"m","params":{"__proto__":{"name":"x"},"constructor":1}}');
    if (!reading.ok || reading.messages[0]?.shape !== 'request') throw new Error('no request');
    const { params } = reading.messages[0];
    expect(Object.hasOwn(params, '__proto__')).toBe(true);
    expect(params.name).toBeUndefined();
    expect(Object.getPrototypeOf(params)).toBe(Object.prototype);
  });

  it('survives numbers that no double holds', () => {
    expect(shapes('{"id":1e400,"method":"m"}')).toEqual([
      { shape: 'request', id: Number.POSITIVE_INFINITY, method: 'm', params: {} },
    ]);
    expect(shapes('{"id":12345678901234567890,"result":1}')).toMatchObject([{ shape: 'response' }]);
  });

  it('gives a single message its whole text, white space included, and the bytes it was told', () => {
    const text = ' {"id":1,"method":"grüße"} \n';
    expect(readMessages(text, 99, DEPTH_MAX)).toMatchObject({
      batch: false,
      messages: [{ text, bytes: 99 }],
    });
  });
});

describe('a batch', () => {
  it('gives each element its exact text and bytes, however brackets, quotes and commas nest', () => {
    const parts = [
      '{"id":1,"method":"a","params":{"x":"],[{,}\\"","y":[[1,2],{"z":[]}]}}',
      '{"id" : 2, "method":"grüße", "params":{"q":"\\\\"}}',
      '{"id":3,"result":[",",{"a":"\\\\\\""}]}',
    ];
    const reading = read(`\n[ ${parts[0]} ,\t${parts[1]},${parts[2]}\n]`);
    expect(reading).toMatchObject({ ok: true, batch: true });
    if (!reading.ok) return;
    expect(reading.messages.map(({ text }) => text)).toEqual(parts);
    expect(reading.messages.map(({ bytes }) => bytes)).toEqual([68, 51, 36]);
  });

  it('leaves out what is no message, and still gives the others their own texts', () => {
    const reading = read('[1,{"id":1,"method":"a"},"x",null,[{"id":9,"method":"no"}],{"id":2,"method":"b"}]');
    if (!reading.ok) throw new Error(reading.problem);
    expect(reading.messages.map(({ text }) => text)).toEqual([
      '{"id":1,"method":"a"}',
      '{"id":2,"method":"b"}',
    ]);
  });

  it.each(['[]', '[ ]', '[1,2]', '[[{"id":1,"method":"a"}]]'])('%s holds no message', (text) => {
    expect(read(text)).toEqual({ ok: false, problem: 'not_jsonrpc' });
  });

  it('of one is a batch', () => expect(read('[{"id":1,"method":"a"}]')).toMatchObject({ batch: true }));
});

describe('nesting', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const message = (levels: number) =>
    `{"id":1,"method":"m","params":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`;

  it('up to the limit is read', () => expect(read(message(9), 10).ok).toBe(true));
  it('beyond the limit is not', () => {
    expect(read(message(10), 10)).toEqual({ ok: false, problem: 'too_deep' });
  });
  it('of a million levels neither throws nor is parsed', () => {
    expect(read(nested(1_000_000))).toEqual({ ok: false, problem: 'too_deep' });
  });
  it('inside strings does not count', () => {
    expect(read(`{"id":1,"method":"${'['.repeat(50)}\\"${'{'.repeat(50)}"}`, 10).ok).toBe(true);
  });
  it('of a text that never closes its string is simply no JSON', () => {
    expect(read(`{"a":"${'x'.repeat(50)}\\`, 10)).toEqual({ ok: false, problem: 'not_json' });
  });
});

describe('requestIdKey', () => {
  it('tells a number from the same digits as text', () => {
    expect([requestIdKey(1), requestIdKey('1'), requestIdKey(0), requestIdKey('')]).toEqual([
      'n1',
      's1',
      'n0',
      's',
    ]);
  });
});

describe('splitArray', () => {
  it('agrees with the parser on every element', () => {
    const text = ' [ 1 , "a,]\\"" , {"b":[1,{"c":"}"}]} , [] , null ] ';
    expect(splitArray(text).map((part) => JSON.parse(part))).toEqual(JSON.parse(text));
  });
});

describe('copyText', () => {
  it('keeps every unit, lone surrogates included', () => {
    const text = 'a\ud800\u0000é😀';
    expect(copyText(text)).toBe(text);
  });
});
