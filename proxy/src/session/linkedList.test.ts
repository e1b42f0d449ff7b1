import { describe, expect, it } from 'vitest';
import { LinkedList } from './linkedList.ts';

describe('LinkedList', () => {
  it('keeps the order in which entries came, whichever leave', () => {
    const list = new LinkedList<string>();
    const nodes = ['a', 'b', 'c', 'd'].map((value) => list.append(value));
    for (const index of [1, 0, 3]) {
      const node = nodes[index];
      if (node) list.remove(node);
    }
    expect([list.list(), list.first, list.size]).toEqual([['c'], 'c', 1]);
    list.append('e');
    expect(list.list()).toEqual(['c', 'e']);
  });

  it('is empty when everything left, and can be used again', () => {
    const list = new LinkedList<number>();
    list.remove(list.append(1));
    expect([list.first, list.size, list.list()]).toEqual([undefined, 0, []]);
    list.append(2);
    expect(list.list()).toEqual([2]);
  });

  it('moves an entry to the end from any place, and the last one nowhere', () => {
    const list = new LinkedList<string>();
    const [a, b, c] = ['a', 'b', 'c'].map((value) => list.append(value));
    if (!a || !b || !c) throw new Error('three nodes were appended');
    list.moveToEnd(c);
    list.moveToEnd(a);
    expect(list.list()).toEqual(['b', 'c', 'a']);
    list.moveToEnd(c);
    expect([list.list(), list.first, list.size]).toEqual([['b', 'a', 'c'], 'b', 3]);
  });

  it('lets a node that left hold nobody', () => {
    const list = new LinkedList<string>();
    const [, middle] = ['a', 'b', 'c'].map((value) => list.append(value));
    if (middle) list.remove(middle);
    expect(middle).toEqual({ value: 'b', before: undefined, after: undefined });
  });
});
