/** Payloads of strangers: deep, long or odd, and never walked before they are looked at. */
import { describe, expect, it } from 'vitest';
import {
  childrenOf,
  type Json,
  keyOfPath,
  openAtFirst,
  parseJson,
  redactionOf,
  searchJson,
  spellPath,
  summaryOf,
} from './json.ts';
import { linesOf, type Opened, openTo, showMore } from './jsonLines.ts';

const CLOSED: Opened = { open: new Set(), slices: new Map() };

function nest(levels: number): Json {
  let value: Json = 'needle';
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

describe('the tree', () => {
  it('shows long lists in slices, and says what is left', () => {
    const list = Array.from({ length: 250 }, (_, index) => index);
    const { lines } = linesOf(list, { ...CLOSED, open: new Set([keyOfPath([])]) }, 1_000);
    expect(lines).toHaveLength(102);
    expect(lines.at(-1)).toMatchObject({ kind: 'rest', left: 150 });
  });

  it('keeps the order of the text and closes what is closed', () => {
    const value = { a: { b: 1 }, c: [true, null] };
    const open = new Set([keyOfPath([]), keyOfPath(['c'])]);
    const said = linesOf(value, { ...CLOSED, open }, 100).lines.map((line) =>
      line.kind === 'rest' ? '…' : `${line.depth} ${line.path.join('.')} ${line.kind}`,
    );
    expect(said).toEqual(['0  branch', '1 a branch', '1 c branch', '2 c.0 leaf', '2 c.1 leaf']);
  });

  it('stops at the limit and says that there is more', () => {
    const value = Array.from({ length: 90 }, () => 0);
    expect(linesOf(value, { ...CLOSED, open: new Set([keyOfPath([])]) }, 10)).toMatchObject({ more: true });
  });

  it('opens at first what can be taken in, and always the first level', () => {
    const wide = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`key${index}`, { x: 1 }]));
    expect(openAtFirst(wide, 40)).toEqual(new Set([keyOfPath([])]));
    expect(openAtFirst({ params: { name: 'x', arguments: { id: 1 } } }, 40).size).toBe(3);
    expect(openAtFirst('plain', 40).size).toBe(0);
  });

  it('leaves what the protocol says for itself folded, so that the arguments are what is seen', () => {
    const params = { name: 'x', arguments: { id: 1 }, _meta: { clientInfo: { name: 'y' } } };
    expect(openAtFirst({ params }, 40)).toEqual(
      new Set([keyOfPath([]), keyOfPath(['params']), keyOfPath(['params', 'arguments'])]),
    );
  });
});

describe('search', () => {
  it('finds keys and values in any case, in the order of the text', () => {
    const value = { Tool: 'x', list: ['a tool', 7, { tool: null }] };
    expect(searchJson(value, 'TOOL', 10).paths).toEqual([['Tool'], ['list', 0], ['list', 2, 'tool']]);
  });

  it('ends at its limit and says so', () => {
    const list = Array.from({ length: 50 }, () => 'hit');
    expect(searchJson(list, 'hit', 20)).toMatchObject({ more: true });
    expect(searchJson(list, 'hit', 50)).toMatchObject({ more: false });
  });

  it('reaches the bottom of a hundred thousand levels', () => {
    const deep = nest(100_000);
    const [path = []] = searchJson(deep, 'needle', 5).paths;
    expect(path).toHaveLength(100_000);
    expect(openTo(deep, path, CLOSED).open.size, 'and opens no more than a reader follows').toBe(500);
  });

  it('opens the way to what it found, beyond the first slice too', () => {
    const value = { list: Array.from({ length: 500 }, (_, index) => ({ index })) };
    const opened = openTo(value, ['list', 321, 'index'], CLOSED);
    const { lines } = linesOf(value, opened, 2_000);
    expect(lines.some((line) => line.id === keyOfPath(['list', 321, 'index']))).toBe(true);
    expect(lines.length, 'without everything before it').toBeLessThan(150);
    const before = lines.find((line) => line.kind === 'rest' && line.side === 'before');
    expect(before).toMatchObject({ left: 300 });
    const more = before?.kind === 'rest' ? linesOf(value, showMore(opened, before), 2_000) : undefined;
    expect(more?.lines.length).toBe(lines.length + 299);
  });
});

describe('words', () => {
  it('paths are JSONPath, odd keys quoted', () => {
    expect(spellPath(['params', 'odd key', 0, '__proto__', 'it"s'])).toBe(
      '$.params["odd key"][0].__proto__["it\\"s"]',
    );
  });

  it('branches say how much is in them', () => {
    expect([summaryOf({}), summaryOf({ a: 1 }), summaryOf([1, 2])]).toEqual([
      '{0 keys}',
      '{1 key}',
      '[2 items]',
    ]);
  });

  it.each([
    ['[redacted: key api_key]', 'key api_key'],
    ['[redacted: pattern stripe]', 'pattern stripe'],
    ['[redacted: depth ]', 'depth'],
    ['see [redacted: key a]', undefined],
    ['redacted', undefined],
  ])('%s is hidden by %s', (text, rule) => expect(redactionOf(text)).toBe(rule));

  it('a key named __proto__ is a child like another', () => {
    const parsed = parseJson('{"__proto__":{"x":1},"a":2}');
    expect(parsed.ok && childrenOf(parsed.value, 0, 9).shown.map((child) => child.key)).toEqual([
      '__proto__',
      'a',
    ]);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });

  it('what was cut is no JSON, and that is no error', () => {
    expect(parseJson('{"a":')).toEqual({ ok: false });
  });
});
