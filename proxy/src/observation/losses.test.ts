import { describe, expect, it } from 'vitest';
import { Losses } from './losses.ts';

const S = 1_000_000;

describe('losses', () => {
  it('are told at once when none was told lately, then at most every ten seconds, adding up meanwhile', () => {
    const losses = new Losses();
    losses.add('queue', 'full', 2, 100 * S);
    expect(losses.due(100 * S, false)).toEqual([
      {
        'sightline.loss.stage': 'queue',
        'sightline.loss.reason': 'full',
        'sightline.loss.count': 2,
        'sightline.loss.from': 100_000,
        'sightline.loss.to': 100_000,
      },
    ]);
    losses.add('queue', 'full', 3, 101 * S);
    losses.add('queue', 'full', 4, 105 * S);
    expect(losses.due(110 * S - 1, false)).toEqual([]);
    expect(losses.due(110 * S, false)).toMatchObject([
      { 'sightline.loss.count': 7, 'sightline.loss.from': 101_000, 'sightline.loss.to': 105_000 },
    ]);
    expect(losses.due(200 * S, false)).toEqual([]);
  });

  it('are told by stage and reason', () => {
    const losses = new Losses();
    losses.add('observation', 'sessions', 1, 0);
    losses.add('observation', 'rounds', 1, 0);
    losses.add('export', 'rounds', 1, 0);
    expect(losses.due(0, false)).toHaveLength(3);
  });

  it('are told at the end however recently others were', () => {
    const losses = new Losses();
    losses.add('queue', 'full', 1, 0);
    losses.due(0, false);
    losses.add('queue', 'full', 1, 1);
    expect(losses.due(2, true)).toHaveLength(1);
    expect(losses.due(3, true)).toEqual([]);
  });

  it('begin before they end, in whatever order they were sighted', () => {
    const losses = new Losses();
    losses.add('tap', 'budget', 1, 9 * S);
    losses.add('tap', 'budget', 1, 5 * S);
    expect(losses.due(10 * S, false)).toMatchObject([
      { 'sightline.loss.from': 5_000, 'sightline.loss.to': 9_000 },
    ]);
  });
});
