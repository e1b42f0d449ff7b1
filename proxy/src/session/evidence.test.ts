import { describe, expect, it } from 'vitest';
import { type Claims, CONFIDENCE, rankEvidence } from './evidence.ts';

const CALLER = { address: '127.0.0.1', userAgent: 'ua', credential: 'c1' };
const TRACE = { traceId: 't1', spanId: 's1', sampled: true };
const MODERN = { protocolVersion: '2026-07-28', clientName: 'teapot', clientVersion: '1' };
const LEGACY_IDENTITY = '127.0.0.1\0ua\0c1\0legacy';
const MODERN_IDENTITY = '127.0.0.1\0ua\0c1\0teapot@1';

const sheet: { cell: string; claims: Omit<Claims, 'caller'>; expected: string[]; why: string }[] = [
  {
    cell: 'legacy, everything stated',
    claims: { protocol: 'p', envelope: { conversation: 'c', clientHint: 'h' }, trace: TRACE },
    expected: ['protocol p', 'conversation c', 'client_hint h', 'trace t1', `inferred ${LEGACY_IDENTITY}`],
    why: "the contract's order; process comes from wrapped processes",
  },
  {
    cell: 'modern, everything stated',
    claims: { protocol: 'p', envelope: { ...MODERN, conversation: 'c', clientHint: 'h' }, trace: TRACE },
    expected: ['conversation c', 'client_hint h', 'trace t1', `inferred ${MODERN_IDENTITY}`],
    why: '2026-07-28 removed the session header: it must be ignored',
  },
  {
    cell: 'nothing stated, legacy',
    claims: { envelope: {} },
    expected: [`inferred ${LEGACY_IDENTITY}`],
    why: 'a legacy request names no client',
  },
  {
    cell: 'nothing stated, modern without a name',
    claims: { envelope: { protocolVersion: '2026-07-28' } },
    expected: ['inferred 127.0.0.1\0ua\0c1\0@'],
    why: 'clientInfo is only SHOULD',
  },
  {
    cell: 'a name without a revision is no modern request',
    claims: { protocol: 'p', envelope: { clientName: 'teapot' } },
    expected: ['protocol p', `inferred ${LEGACY_IDENTITY}`],
    why: 'protocolVersion in _meta is what makes a request modern',
  },
  {
    cell: 'an empty session header is none',
    claims: { protocol: '', envelope: {} },
    expected: [`inferred ${LEGACY_IDENTITY}`],
    why: 'all who send nothing would be one session',
  },
  {
    cell: 'baggage of the HTTP header',
    claims: { envelope: {}, baggage: 'session.id=b' },
    expected: ['conversation b', `inferred ${LEGACY_IDENTITY}`],
    why: '',
  },
  {
    cell: 'baggage of both',
    claims: { envelope: { conversation: 'm' }, baggage: 'gen_ai.conversation.id=b' },
    expected: ['conversation m', `inferred ${LEGACY_IDENTITY}`],
    why: '_meta is the message, the header only its carriage',
  },
];

describe('rankEvidence', () => {
  it.each(sheet)('$cell', ({ claims, expected }) => {
    const ranked = rankEvidence({ ...claims, caller: CALLER });
    expect(ranked.map(({ source, value }) => `${source} ${value}`)).toEqual(expected);
  });

  it.each([
    { part: 'address', caller: { ...CALLER, address: '10.0.0.9' } },
    { part: 'user agent', caller: { ...CALLER, userAgent: 'other' } },
    { part: 'credential', caller: { ...CALLER, credential: '' } },
  ])('another $part is another caller', ({ caller }) => {
    expect(rankEvidence({ envelope: {}, caller })).not.toEqual(
      rankEvidence({ envelope: {}, caller: CALLER }),
    );
  });

  it('cannot be fooled into one caller by moving characters from one part to the next', () => {
    const one = rankEvidence({ envelope: {}, caller: { address: 'a', userAgent: 'bc', credential: '' } });
    const two = rankEvidence({ envelope: {}, caller: { address: 'ab', userAgent: 'c', credential: '' } });
    expect(one).not.toEqual(two);
  });
});

it('each kind of evidence is worth what the contract says', () => {
  expect(CONFIDENCE).toEqual({
    protocol: 'certain',
    process: 'certain',
    conversation: 'strong',
    client_hint: 'strong',
    trace: 'weak',
    inferred: 'weak',
  });
});
