import { describe, expect, it } from 'vitest';
import { conversationOf, readEnvelope } from './envelope.ts';
import type { JsonObject } from './jsonrpc.ts';

const T = '4bf92f3577b34da6a3ce929d0e0e4736';
const S = '00f067aa0ba902b7';

describe('readEnvelope', () => {
  it('reads every field that 2026-07-28 and real clients put there', () => {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': { name: 'teapot', version: '1.2', title: 'Tea' },
      traceparent: `00-${T}-${S}-01`,
      tracestate: 'vendor=1',
      baggage: 'gen_ai.conversation.id=c-1',
      'openai/session': 'hint-1',
    };
    expect(readEnvelope({ _meta: meta })).toEqual({
      protocolVersion: '2026-07-28',
      clientName: 'teapot',
      clientVersion: '1.2',
      traceparent: { traceId: T, spanId: S, sampled: true },
      tracestate: 'vendor=1',
      conversation: 'c-1',
      clientHint: 'hint-1',
    });
  });

  const sheet: { cell: string; input: JsonObject; expected: object; why: string }[] = [
    { cell: 'no _meta', input: {}, expected: {}, why: 'legacy' },
    { cell: '_meta that is a list', input: { _meta: [] }, expected: {}, why: 'no object, nothing said' },
    { cell: '_meta null', input: { _meta: null }, expected: {}, why: '' },
    {
      cell: 'wrong types everywhere',
      input: {
        _meta: {
          'io.modelcontextprotocol/protocolVersion': 20260728,
          'io.modelcontextprotocol/clientInfo': 'teapot',
          traceparent: {},
          tracestate: [],
          baggage: 7,
          'openai/session': null,
          sessionID: 1,
        },
      },
      expected: {},
      why: 'what is of another type was not said',
    },
    {
      cell: 'a client without version',
      input: { _meta: { 'io.modelcontextprotocol/clientInfo': { name: 'x', version: 2 } } },
      expected: { clientName: 'x' },
      why: '',
    },
    {
      cell: 'a broken traceparent',
      input: { _meta: { traceparent: `00-${T}-${S}` } },
      expected: {},
      why: 'W3C: ignore what is invalid',
    },
    {
      cell: "OpenCode's own hint",
      input: { _meta: { sessionID: 'oc-1' } },
      expected: { clientHint: 'oc-1' },
      why: '',
    },
    {
      cell: 'an empty hint is none',
      input: { _meta: { 'openai/session': '', sessionID: 'oc-1' } },
      expected: { clientHint: 'oc-1' },
      why: 'all who send nothing would be one session',
    },
    {
      cell: 'the progress token says nothing of whose it is',
      input: { _meta: { progressToken: 7 } },
      expected: {},
      why: '',
    },
  ];
  it.each(sheet)('$cell', ({ input, expected }) => expect(readEnvelope(input)).toEqual(expected));

  it('finds a conversation behind a kilobyte of other baggage', () => {
    const baggage = `vendor=${'x'.repeat(1024)},gen_ai.conversation.id=c-1`;
    expect(readEnvelope({ _meta: { baggage } })).toEqual({ conversation: 'c-1' });
  });

  it('caps names that peers choose', () => {
    const meta = { 'io.modelcontextprotocol/clientInfo': { name: 'n'.repeat(2000) } };
    expect(readEnvelope({ _meta: meta }).clientName).toHaveLength(512);
  });
});

describe('conversationOf (W3C Baggage §3)', () => {
  const sheet = [
    { cell: 'alone', input: 'gen_ai.conversation.id=c-1', expected: 'c-1', why: '' },
    {
      cell: 'white space',
      input: ' a=b , gen_ai.conversation.id \t= c-1 ',
      expected: 'c-1',
      why: 'OWS is allowed',
    },
    {
      cell: 'properties',
      input: 'gen_ai.conversation.id=c-1;ttl=5;x',
      expected: 'c-1',
      why: 'they follow `;`',
    },
    { cell: 'percent coding', input: 'gen_ai.conversation.id=caf%C3%A9%2C1', expected: 'café,1', why: '' },
    {
      cell: 'broken percent coding',
      input: 'gen_ai.conversation.id=100%',
      expected: '100%',
      why: 'as it stands',
    },
    {
      cell: 'a plus is a plus',
      input: 'gen_ai.conversation.id=a+b',
      expected: 'a+b',
      why: 'no form coding here',
    },
    {
      cell: 'value with =',
      input: 'gen_ai.conversation.id=a=b',
      expected: 'a=b',
      why: 'only the first divides',
    },
    { cell: "OpenTelemetry's name", input: 'session.id=s-1', expected: 's-1', why: '' },
    {
      cell: 'both, in either order',
      input: 'session.id=s-1,gen_ai.conversation.id=c-1',
      expected: 'c-1',
      why: 'the more exact name wins wherever it stands',
    },
    { cell: 'empty value', input: 'gen_ai.conversation.id=,session.id=s-1', expected: 's-1', why: '' },
    { cell: 'another key that ends so', input: 'x.session.id=s-1', expected: undefined, why: '' },
    { cell: 'other case', input: 'Session.Id=s-1', expected: undefined, why: 'keys are case-sensitive' },
    { cell: 'no =', input: 'session.id', expected: undefined, why: '' },
    { cell: 'empty', input: '', expected: undefined, why: '' },
    { cell: 'absent', input: undefined, expected: undefined, why: '' },
  ];
  it.each(sheet)('$cell', ({ input, expected }) => expect(conversationOf(input)).toBe(expected));
});
