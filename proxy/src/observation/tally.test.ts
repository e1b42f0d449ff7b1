import { describe, expect, it } from 'vitest';
import { estimateTokens, Tally } from './tally.ts';

function toolsOf(tally: Tally): Record<string, [number, number]> {
  return JSON.parse(tally.attributes()['sightline.session.tools'] ?? '');
}

describe('the tools of a session', () => {
  it('are counted with their errors', () => {
    const tally = new Tally();
    tally.countTool('brew', false);
    tally.countTool('brew', true);
    tally.countTool('stir', false);
    expect(tally.attributes()['sightline.session.tools']).toBe('{"brew":[2,1],"stir":[1,0]}');
  });

  it('are at most a hundred; the rest counts under _more, and a known name goes on counting', () => {
    const tally = new Tally();
    for (let i = 0; i < 150; i++) tally.countTool(`tool${i}`, i % 2 === 1);
    tally.countTool('tool0', true);
    const tools = toolsOf(tally);
    expect(Object.keys(tools)).toHaveLength(101);
    expect(tools._more).toEqual([50, 25]);
    expect(tools.tool0).toEqual([2, 1]);
    expect(tools.tool99).toEqual([1, 1]);
  });

  it('with long names leave a small record, whatever the names are made of', () => {
    for (const letter of ['a', '語', '\u0000', '"', '\ud800']) {
      const tally = new Tally();
      for (let i = 0; i < 100; i++) tally.countTool(`${i}${letter.repeat(500)}`, false);
      const text = tally.attributes()['sightline.session.tools'] ?? '';
      expect(Buffer.byteLength(text)).toBeLessThan(9_000);
      const calls = Object.values(toolsOf(tally)).reduce((sum, [count]) => sum + count, 0);
      expect(calls).toBe(100);
    }
  });

  it('may be called __proto__', () => {
    const tally = new Tally();
    tally.countTool('__proto__', false);
    expect(tally.attributes()['sightline.session.tools']).toBe('{"__proto__":[1,0]}');
  });
});

it('a summary says everything in numbers', () => {
  const tally = new Tally();
  tally.toolTimeUs = 1_500_000;
  tally.calls = 3;
  expect(tally.attributes()).toEqual({
    'sightline.session.events': 0,
    'sightline.session.calls': 3,
    'sightline.session.tool_calls': 0,
    'sightline.session.errors': 0,
    'sightline.session.retries': 0,
    'sightline.session.recovered': 0,
    'sightline.session.gave_up': 0,
    'sightline.session.bytes': 0,
    'sightline.session.tokens_estimated': 0,
    'sightline.session.tool_time': 1.5,
    'sightline.session.incomplete': false,
    'sightline.session.tools': '{}',
  });
});

it('tokens are estimated at four bytes each, rounded up', () => {
  expect([0, 1, 4, 5, 400].map(estimateTokens)).toEqual([0, 1, 1, 2, 100]);
});
