import { describe, expect, it } from 'vitest';
import { writeMetaTraceparent } from './metaTrace.ts';

const write = (text: string) => writeMetaTraceparent(Buffer.from(text), 'T').toString();

describe('`_meta.traceparent` written into a request', () => {
  it.each([
    [
      'no params',
      '{"id":1,"method":"ping"}',
      '{"params":{"_meta":{"traceparent":"T"}},"id":1,"method":"ping"}',
    ],
    [
      'empty params',
      '{"id":1,"method":"m","params":{ }}',
      '{"id":1,"method":"m","params":{"_meta":{"traceparent":"T"} }}',
    ],
    [
      'other params keep their form',
      '{ "method":"m", "id":1, "params" : {"n":1.0e5,"big":12345678901234567890,"s":"a\\u00e9}\\"{"} }',
      '{ "method":"m", "id":1, "params" : {"_meta":{"traceparent":"T"},"n":1.0e5,"big":12345678901234567890,"s":"a\\u00e9}\\"{"} }',
    ],
    [
      'other _meta keeps its place',
      '{"id":1,"method":"m","params":{"a":[{"_meta":{}}],"_meta":{"progressToken":7}}}',
      '{"id":1,"method":"m","params":{"a":[{"_meta":{}}],"_meta":{"traceparent":"T","progressToken":7}}}',
    ],
    [
      'a present one is replaced',
      '{"id":1,"method":"m","params":{"_meta":{"traceparent" : "old\\"}" ,"x":1}}}',
      '{"id":1,"method":"m","params":{"_meta":{"traceparent" : "T" ,"x":1}}}',
    ],
    [
      'of a repeated name the last is meant',
      '{"id":1,"method":"m","params":{"_meta":{}},"params":{"_meta":{"a":1}}}',
      '{"id":1,"method":"m","params":{"_meta":{}},"params":{"_meta":{"traceparent":"T","a":1}}}',
    ],
    [
      'a batch: its first request',
      '[ {"method":"n"}, {"id":2,"method":"m"} ]',
      '[ {"method":"n"}, {"params":{"_meta":{"traceparent":"T"}},"id":2,"method":"m"} ]',
    ],
  ])('%s', (_name, before, after) => {
    expect(write(before)).toBe(after);
    expect(() => JSON.parse(after)).not.toThrow();
  });

  it.each([
    ['a notification', '{"method":"n"}'],
    ['an answer', '{"id":1,"result":{}}'],
    ['params that are no object', '{"id":1,"method":"m","params":[1]}'],
    ['_meta that is no object', '{"id":1,"method":"m","params":{"_meta":null}}'],
    ['no JSON', '{"id":1,"method":'],
    ['a number', '5'],
    ['an empty batch', '[]'],
  ])('is not written into %s', (_name, text) => {
    expect(write(text)).toBe(text);
  });
});
