/** What is said of an archive that cannot be opened, and when it is tried again. */
import { describe, expect, it } from 'vitest';
import type { ArchiveTrouble } from '../observation/archive.ts';
import { MemoryArchive } from '../store/memoryArchive.ts';
import { Keeper, type Opening } from './keeper.ts';

const PLACE = { path: '/state/archive.sqlite', ageMs: 0, bytesMax: 1e9, nowMs: 0 };

function troubled(trouble: ArchiveTrouble): Opening {
  return { ok: false, problem: { trouble, reason: `it is ${trouble}`, advice: 'mend it' } };
}

/** Each opening answers the next of these, and the last one for ever. */
function keep(...answers: readonly Opening[]) {
  const said: string[] = [];
  const asked: boolean[] = [];
  const keeper = new Keeper({
    place: PLACE,
    open: (_, late) => {
      asked.push(late);
      return answers[Math.min(asked.length, answers.length) - 1] ?? troubled('failed');
    },
    problemOf: (error) => ({ trouble: 'full', reason: String(error), advice: 'free some space' }),
    onState: (state) => said.push(state.state === 'ok' ? 'ok' : `off: ${state.reason}; ${state.advice}`),
    log: (line) => said.push(line),
  });
  return { keeper, said, asked };
}

function opened(): Opening {
  const archive = new MemoryArchive({ instanceId: 'i', ageMs: 0, bytesMax: 1e9, activeWindowMs: 1 });
  return { ok: true, archive, instanceId: 'i' };
}

describe('an archive that cannot be opened', () => {
  it('is said once for each reason, tried again, and said to be there', () => {
    const { keeper, said, asked } = keep(troubled('locked'), troubled('locked'), troubled('full'), opened());
    expect(keeper.state.state).toBe('off');
    expect([keeper.openLate(), keeper.openLate()]).toEqual([undefined, undefined]);
    expect(keeper.openLate()).toBe(keeper.archive);
    expect(asked).toEqual([false, true, true, true]);
    expect(said).toEqual([
      expect.stringMatching(/^archive_locked: it is locked; .* What to do: mend it; opening is tried again/),
      expect.stringMatching(/^off: it is locked; mend it; opening is tried again by itself$/),
      expect.stringMatching(/^archive_full: /),
      expect.stringMatching(/^off: it is full/),
      'ok',
      'the archive is open now: events are kept from here on, in /state/archive.sqlite',
    ]);
    // Once is enough.
    expect(keeper.openLate()).toBeUndefined();
    expect(asked).toHaveLength(4);
  });

  it('because a newer version wrote it is not tried again, also when that shows only later', () => {
    const { keeper, said, asked } = keep(troubled('locked'), troubled('newer'));
    for (let i = 0; i < 3; i++) keeper.openLate();
    expect(asked).toHaveLength(2);
    expect(said.at(-1)).toMatch(/then start Sightline again$/);
  });
});
