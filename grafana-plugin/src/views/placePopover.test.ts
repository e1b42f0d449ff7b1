/** A menu stands inside the window wherever its button is: also in a panel at the window's edge. */
import { describe, expect, it } from 'vitest';
import { placeOf } from './placePopover.ts';

const WIDE = [1_000, 800] as const;
const box = (left: number, top: number) => ({ left, top, right: left + 60, bottom: top + 28 });

describe('a menu', () => {
  it('hangs below its button, at the edge asked for', () => {
    expect(placeOf(box(100, 50), 300, ...WIDE, { side: 'left', above: false })).toEqual({
      top: 82,
      left: 100,
      maxHeight: 480,
    });
    expect(placeOf(box(500, 50), 300, ...WIDE, { side: 'right', above: false }).left).toBe(260);
  });

  it('stands above a button at the foot', () => {
    expect(placeOf(box(100, 760), 300, ...WIDE, { side: 'left', above: true })).toEqual({
      bottom: 44,
      left: 100,
      maxHeight: 480,
    });
  });

  it('turns round where there is too little room, and stays inside the window', () => {
    expect(placeOf(box(100, 700), 300, ...WIDE, { side: 'left', above: false })).toHaveProperty('bottom');
    expect(placeOf(box(100, 30), 300, ...WIDE, { side: 'left', above: true })).toHaveProperty('top');
    expect(placeOf(box(900, 50), 300, ...WIDE, { side: 'left', above: false }).left).toBe(692);
    expect(placeOf(box(10, 50), 300, ...WIDE, { side: 'right', above: false }).left).toBe(8);
    // Little room on both sides: the larger.
    expect(placeOf(box(100, 120), 300, 1_000, 300, { side: 'left', above: false })).toMatchObject({
      top: 152,
      maxHeight: 140,
    });
  });

  it('lies along the lower edge of a narrow window', () => {
    expect(placeOf(box(10, 50), 300, 360, 640, { side: 'left', above: false })).toEqual({
      right: 8,
      bottom: 8,
      left: 8,
      maxHeight: 480,
      maxWidth: 360,
    });
  });
});
