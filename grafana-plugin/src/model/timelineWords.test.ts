import { describe, expect, it } from 'vitest';
import { aSession, SessionMaker, storyEvents } from '../testing/events.ts';
import { contextCosts, totalParts } from './sessionTotals.ts';
import { rowWords } from './timelineWords.ts';

const make = new SessionMaker();

describe('a row', () => {
  it('says what failed in the words that came', () => {
    const event = make.call(0, 10, {
      outcome: 'tool_error',
      outcomeOrigin: 'upstream',
      errorMessage: 'rate limited',
    });
    expect(rowWords(event, undefined)).toMatchObject({
      what: 'tools/call',
      target: 'search_products',
      detail: 'rate limited',
      size: undefined,
    });
  });

  it('says whose doing it was where no words came', () => {
    const event = make.call(0, 10, { outcome: 'abandoned', outcomeOrigin: 'client' });
    expect(rowWords(event, undefined).detail).toBe('by the client');
  });

  it('says what an answer brought, and estimates tokens only of what a model reads', () => {
    const list = { genAiToolName: undefined, responseSize: 1_920 } as unknown as Record<string, never>;
    expect(rowWords(make.call(0, 2, { ...list, mcpMethodName: 'tools/list' }), undefined).size).toBe(
      '1.9 kB ≈ 480 tokens',
    );
    const counted = { ...list, mcpMethodName: 'tools/list', toolsCount: 4 };
    expect(rowWords(make.call(0, 2, counted), undefined).size).toBe('4 tools, 1.9 kB ≈ 480 tokens');
    expect(rowWords(make.call(0, 2, { ...list, mcpMethodName: 'ping' }), undefined).size).toBe('1.9 kB');
  });

  it('shows what a peer hid in its texts', () => {
    const event = make.call(0, 10, {
      genAiToolName: 'pay\u202Ement',
      outcome: 'tool_error',
      errorMessage: 'two\nlines\u0000',
    });
    expect(rowWords(event, undefined)).toMatchObject({ target: 'pay⟨U+202E⟩ment', detail: 'two␊lines␀' });
  });

  it('puts server logs, starts and ends of sessions in words', () => {
    const words = [...storyEvents('server-logs-and-notifications'), ...storyEvents('retry-gives-up')].map(
      (event) => rowWords(event, undefined),
    );
    expect(words.find(({ what }) => what === 'session started')?.detail).toBe('protocol session id, certain');
    expect(words.find(({ what }) => what === 'session ended')?.detail).toBe('the client ended it');
    expect(words.find(({ what }) => what === 'retries gave up')?.detail).toBe(
      'gave up after 2 attempts, 450 ms lost',
    );
    expect(words.filter(({ what }) => what === 'server log').map(({ detail }) => detail)).toContain(
      'two lines',
    );
  });
});

describe('the line under a session', () => {
  it('adds it up in words', () => {
    const session = aSession({
      sessionCalls: 6,
      sessionErrors: 2,
      sessionToolTime: 3.6,
      sessionBytes: 5_100,
      sessionTokensEstimated: 1_280,
      sessionRetries: 2,
      sessionRecovered: 1,
    });
    expect(totalParts(session).map(({ text }) => text)).toEqual([
      '6 calls',
      '2 errors (33.3 %)',
      '2 retries, 1 recovered',
      '3.60 s in tools',
      '5.1 kB ≈ 1,280 tokens',
      'protocol session id, certain',
    ]);
  });

  it('says of a session without errors that there are none, and not in red', () => {
    const errors = totalParts(aSession({ sessionCalls: 1, sessionErrors: 0 }))[1];
    expect(errors).toEqual({ text: '0 errors', isError: false });
  });
});

describe('what tools cost', () => {
  it('counts answers and definitions, the most expensive first', () => {
    const events = [
      make.call(0, 1, { genAiToolName: 'small', responseSize: 40 }),
      make.call(0, 1, { genAiToolName: 'big', responseSize: 4_000 }),
      make.call(0, 1, { genAiToolName: 'big', responseSize: 4_000 }),
      make.notification(5),
    ];
    expect(contextCosts(events)).toMatchObject([
      { tool: 'big', answers: 2, bytes: 8_000, tokens: 2_000 },
      { tool: 'small', answers: 1, bytes: 40, tokens: 10 },
    ]);
  });
});
