import { describe, expect, it } from 'vitest';
import { beginRound, digest, type Operation, Rounds } from './rounds.ts';

function operation(id = 'op'): Operation {
  return { id, startUs: 0, rounds: 1, lastEndUs: 0, waitingUs: 0, waitsForClient: false, bytes: 0 };
}

function rounds(max: number) {
  let evicted = 0;
  const made = new Rounds(max, () => {
    evicted += 1;
  });
  return { rounds: made, evictions: () => evicted };
}

describe('an awaited round', () => {
  it('is found once: a request sent twice is not two third rounds', () => {
    const { rounds: r } = rounds(10);
    const op = operation();
    r.await('state\0s', op);
    expect(r.resume('state\0s')).toBe(op);
    expect(r.resume('state\0s')).toBeUndefined();
    expect(r.resume('never asked for')).toBeUndefined();
  });

  it('counts time between rounds as waiting only where the client had the next step', () => {
    const op = operation();
    op.lastEndUs = 100;
    op.waitsForClient = true;
    expect(beginRound(op, 350)).toBe(2);
    op.lastEndUs = 400;
    expect(beginRound(op, 900)).toBe(3);
    expect(op.waitingUs).toBe(250);
  });

  it('never waits for less than no time', () => {
    const op = { ...operation(), lastEndUs: 500, waitsForClient: true };
    beginRound(op, 400);
    expect(op.waitingUs).toBe(0);
  });
});

describe('a task', () => {
  it('belongs to its server, ends once, and may be polled for ever after', () => {
    const { rounds: r } = rounds(10);
    const op = operation();
    r.beginTask('shop', 't', op);
    expect(r.task('files', 't')).toBeUndefined();
    expect(r.endTask('shop', 't')).toBe(op);
    expect(r.endTask('shop', 't')).toBeUndefined();
    expect(r.task('shop', 't')).toBe(op);
  });
});

describe('the cap', () => {
  it('counts what is forgotten as a loss', () => {
    const { rounds: r, evictions } = rounds(3);
    for (let i = 0; i < 5; i++) r.await(`k${i}`, operation());
    for (let i = 0; i < 4; i++) r.beginTask('shop', `t${i}`, operation());
    expect(evictions()).toBe(3);
  });

  it('counts no ended task: there was nothing left to learn of it', () => {
    const { rounds: r, evictions } = rounds(3);
    for (let i = 0; i < 10; i++) {
      r.beginTask('shop', `t${i}`, operation());
      r.endTask('shop', `t${i}`);
    }
    expect(evictions()).toBe(0);
  });
});

it('a digest is short, and no two texts share one', () => {
  expect(digest('')).toHaveLength(24);
  expect(digest('a'.repeat(1_000_000))).toHaveLength(24);
  expect(digest('a')).not.toBe(digest('b'));
  // base64url of SHA-256, first 24.
  expect(digest('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7AD');
});
