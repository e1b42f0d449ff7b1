import { describe, expect, it } from 'vitest';
import type { Event } from '../observation/event.ts';
import { fanOut } from './fanOut.ts';

const event: Event = { kind: 'traffic', attributes: {}, receivedBytes: 1, sentBytes: 2 };

describe('fanOut', () => {
  it('a sink that throws keeps nothing from the others, and is said once', () => {
    const taken: Event[] = [];
    const said: string[] = [];
    const broken = {
      take: () => {
        throw new Error('disk full');
      },
    };
    const out = fanOut(
      [
        { name: 'broken', sink: broken },
        { name: 'whole', sink: { take: (events) => void taken.push(...events) } },
      ],
      (line) => said.push(line),
    );
    out.take([event]);
    out.take([event]);
    expect(taken).toHaveLength(2);
    expect(out.faults).toBe(2);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('the broken sink failed (Error: disk full)');
  });

  it('no event, no call', () => {
    let calls = 0;
    fanOut([{ name: 'one', sink: { take: () => void calls++ } }], () => {}).take([]);
    expect(calls).toBe(0);
  });
});
