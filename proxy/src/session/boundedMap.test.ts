import { describe, expect, it } from 'vitest';
import { BoundedMap } from './boundedMap.ts';

function filled(max: number, keys: string) {
  const evicted: string[] = [];
  const map = new BoundedMap<string, number>(max, (value, key) => evicted.push(`${key}${value}`));
  for (const [index, key] of [...keys].entries()) map.set(key, index);
  return { map, evicted };
}

describe('BoundedMap', () => {
  it('pushes out the entry longest unused, and tells its owner which', () => {
    const { map, evicted } = filled(3, 'abcd');
    expect(evicted).toEqual(['a0']);
    expect([...map.values()]).toEqual([1, 2, 3]);
    expect(map.size).toBe(3);
  });

  it('counts get and set as use, peek not', () => {
    const { map, evicted } = filled(3, 'abc');
    map.get('a');
    map.set('b', 9);
    map.peek('c');
    map.set('d', 3);
    map.set('e', 4);
    expect(evicted).toEqual(['c2', 'a0']);
    expect([map.peek('b'), map.get('c'), map.peek('a')]).toEqual([9, undefined, undefined]);
  });

  it('never tells of what was deleted or replaced', () => {
    const { map, evicted } = filled(2, 'ab');
    expect([map.delete('a'), map.delete('a')]).toEqual([true, false]);
    map.set('b', 5);
    map.set('c', 6);
    expect(evicted).toEqual([]);
  });

  it('holds values that look like nothing', () => {
    const map = new BoundedMap<string, number | string>(2);
    map.set('zero', 0);
    map.set('empty', '');
    map.get('zero');
    map.set('x', 1);
    expect([map.peek('zero'), map.peek('empty')]).toEqual([0, undefined]);
  });

  it('may be emptied while it is walked', () => {
    const { map } = filled(9, 'abcd');
    for (const value of map.values()) map.delete('abcd'[value] ?? '');
    expect(map.size).toBe(0);
  });

  it('of no room keeps nothing and does not loop', () => {
    const { map, evicted } = filled(0, 'ab');
    expect([map.size, evicted]).toEqual([0, ['a0', 'b1']]);
  });
});
