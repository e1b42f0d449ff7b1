import { describe, expect, it } from 'vitest';
import { PathBook } from './pathBook.ts';

describe('paths that an upstream named', () => {
  it('are bounded in characters held, not only in number', () => {
    const book = new PathBook(3);
    const long = `/${'x'.repeat(2_046)}`;
    for (let i = 0; i < 100; i += 1) book.add(`${long}${i % 10}`);
    expect(book.chars).toBe(3 * 2_048);
    book.add(`${long}too long`);
    expect(book.has(`${long}too long`)).toBe(false);
    expect(book.chars).toBe(3 * 2_048);
  });

  it('are counted once however often they are named, and given back when they make room', () => {
    const book = new PathBook(2);
    for (const path of ['/a', '/a', '/bb', '/ccc']) book.add(path);
    expect([book.has('/a'), book.has('/bb'), book.has('/ccc'), book.chars]).toEqual([false, true, true, 7]);
  });
});
