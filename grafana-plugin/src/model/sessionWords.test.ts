import { describe, expect, it } from 'vitest';
import { aSession, START } from '../testing/events.ts';
import { NO_GAPS } from './sessionGaps.ts';
import { clientWords, leftOutWords, missingWords, shownId, startWords, toolSummary } from './sessionWords.ts';

describe('a session in the list', () => {
  it("shows the protocol's own id, and says by what evidence it is a session", () => {
    const { id, title } = shownId(aSession({ mcpSessionId: '7f3a9c21-55d0' }));
    expect(id).toBe('7f3a9c21-55d0');
    expect(title).toContain('protocol session id, certain');
    const inferred = aSession({ sessionSource: 'inferred', sessionConfidence: 'weak' });
    expect(shownId(inferred)).toMatchObject({
      id: inferred.sessionId,
      title: expect.stringContaining('inferred'),
    });
  });

  it('says the date of its start only when that is another day', () => {
    expect(startWords(START, START + 1_000, 'UTC')).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(startWords(START, START + 86_400_000, 'UTC')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });

  it('names its client as far as it is known', () => {
    expect(clientWords(aSession({ clientName: 'claude-ai', clientVersion: '1.4' }))).toBe('claude-ai 1.4');
    expect(clientWords(aSession())).toBeUndefined();
  });

  it('names as many tools as fit, and all of them with counts in the title', () => {
    const tools = [
      { name: 'search_products', calls: 9, errors: 0 },
      { name: 'create_payment', calls: 3, errors: 2 },
      { name: '_more', calls: 7, errors: 0 },
    ];
    const { shown, more, title } = toolSummary(tools, 20);
    expect(shown.map(({ name }) => name)).toEqual(['search_products']);
    expect(more).toBe(2);
    expect(title).toBe('search_products: 9 calls\ncreate_payment: 3 calls, 2 errors\nfurther tools: 7 calls');
    expect(toolSummary([], 20)).toMatchObject({ shown: [], more: 0 });
  });
});

describe('what is missing', () => {
  it('is nothing to say of a whole session', () => {
    expect(missingWords(NO_GAPS, 0, aSession())).toEqual([]);
  });

  it('is said with numbers, and with what is to be expected', () => {
    const gaps = { head: 1, holes: [{ from: 4, to: 6 }], tail: 2 };
    expect(missingWords(gaps, 0, aSession({ active: true }))).toEqual([
      'The first 1 event is no longer kept.',
      '3 events are missing between: numbers 4 to 6.',
      '2 events are still on the way.',
    ]);
    expect(missingWords({ ...NO_GAPS, tail: 1 }, 0, aSession({ active: false }))).toEqual([
      '1 event is missing at the end.',
    ]);
  });

  it('tells of payloads that were cut, and of what was never recorded', () => {
    expect(missingWords(NO_GAPS, 2, aSession({ sessionIncomplete: true }))).toEqual([
      'Something of this session was dropped or cut before it could be recorded.',
      '2 payloads cut at the size limit.',
    ]);
  });
});

describe('what a page leaves out of a timeline', () => {
  it('is nothing to say of one that is whole', () => {
    expect(leftOutWords(31, 0, false)).toBeUndefined();
  });

  it('is said as which events are shown', () => {
    expect(leftOutWords(20_200, 0, true)).toMatch(/^The first 20,200 events are shown/);
    expect(leftOutWords(20_000, 1_001, false)).toMatch(/^The newest 20,000 events are shown; 1,001 older/);
  });
});
