/** Events before and after their commit, with an archive in memory that fails when the test says so. */
import { describe, expect, it, vi } from 'vitest';
import { ArchiveFault } from '../observation/archive.ts';
import type { Event } from '../observation/event.ts';
import { MemoryArchive } from '../store/memoryArchive.ts';
import { aPlainEvent, aTraffic } from '../telemetry/testing/events.ts';
import { Recorder } from './recorder.ts';

const AN_EVENT: Event = aPlainEvent('sightline.notification');
const A_LOSS: Event = {
  kind: 'sightline.loss',
  timeNs: '1763000000600000000',
  bucket: '0',
  attributes: {
    'event.name': 'sightline.loss',
    'sightline.record': 'loss',
    'sightline.loss.stage': 'archive',
    'sightline.loss.reason': 'not_kept',
    'sightline.loss.count': 2,
  },
};

class FailingArchive extends MemoryArchive {
  fault: Error | undefined;
  appends = 0;

  override append(events: Parameters<MemoryArchive['append']>[0]): number {
    this.appends += 1;
    if (this.fault) throw this.fault;
    return super.append(events);
  }
}

/** `late`: there is none until the test says so. */
function start(withArchive: boolean | 'late' = true) {
  let isThere = false;
  let looks = 0;
  const archive = new FailingArchive({ instanceId: 'i', ageMs: 0, bytesMax: 1e9, activeWindowMs: 300_000 });
  const seen: string[] = [];
  const flushes: (() => void)[] = [];
  const recorder = new Recorder({
    archive: withArchive === true ? archive : undefined,
    ...(withArchive === 'late' && {
      open: () => {
        looks += 1;
        return isThere ? archive : undefined;
      },
    }),
    onCommitted: (events, first) =>
      seen.push(`${events.map(({ kind }) => kind.replace('sightline.', '')).join(' ')} from ${first}`),
    onFailing: (error) => seen.push(`failing: ${(error as ArchiveFault).trouble}`),
    onRecovered: () => seen.push('recovered'),
    onRetainFault: (error) => seen.push(`not removed: ${(error as ArchiveFault).trouble}`),
    onLost: (reason, count) => seen.push(`lost ${count} ${reason}`),
    schedule: (flush) => flushes.push(flush),
  });
  const appear = () => {
    isThere = true;
  };
  return { archive, recorder, seen, flushes, appear, looks: () => looks };
}

describe('events', () => {
  it('are handed on after their commit, with their place, and what leaves no record with them', () => {
    const { archive, recorder, seen, flushes } = start();
    recorder.take([AN_EVENT, aTraffic()]);
    recorder.take([AN_EVENT]);
    expect([seen, archive.latest(), flushes.length]).toEqual([[], 0, 1]);
    flushes[0]?.();
    recorder.take([AN_EVENT]);
    recorder.flush();
    expect(seen).toEqual(['notification traffic notification from 1', 'notification from 3']);
    expect(archive.latest()).toBe(3);
  });

  it('wait for no more once there are many', () => {
    const { recorder, seen } = start();
    recorder.take(Array.from({ length: 500 }, () => AN_EVENT));
    expect(seen).toHaveLength(1);
  });

  it('go on at once where nothing is kept', () => {
    const { recorder, seen } = start(false);
    recorder.take([AN_EVENT]);
    expect(seen).toEqual(['notification from 0']);
  });
});

describe('an archive that fails', () => {
  it('stops nothing: events go on without a place, which is said once, counted, and tried again later', () => {
    const { archive, recorder, seen } = start();
    archive.fault = new ArchiveFault('full', 'disk full');
    recorder.tick(0);
    for (let i = 0; i < 3; i++) {
      recorder.take([AN_EVENT, A_LOSS]);
      recorder.flush();
    }
    expect(archive.appends).toBe(1);
    recorder.tick(1_000);
    archive.fault = undefined;
    recorder.tick(6_000);
    recorder.take([AN_EVENT]);
    recorder.flush();
    expect(seen).toEqual([
      'failing: full',
      'notification loss from 0',
      'notification loss from 0',
      'notification loss from 0',
      // A record of losses is none itself, or it would never end.
      'lost 3 not_kept',
      'recovered',
      'notification from 4',
    ]);
    // But it is what tells later of the hole, so it is kept as soon as anything is.
    expect(archive.readAfter(0, 9).map(({ event }) => event?.kind)).toEqual([
      'sightline.loss',
      'sightline.loss',
      'sightline.loss',
      'sightline.notification',
    ]);
  });

  it('that fails for days is told of in few records with every loss in them', () => {
    const { archive, recorder } = start();
    archive.fault = new ArchiveFault('full', 'disk full');
    for (let i = 0; i < 1_500; i++) {
      recorder.take([A_LOSS]);
      recorder.flush();
    }
    archive.fault = undefined;
    recorder.tick(6_000);
    const kept = archive
      .readAfter(0, 9_999)
      .map(({ event }) => event?.attributes['sightline.loss.count'] ?? 0);
    expect(kept.length).toBeLessThan(1_100);
    expect(kept.reduce((sum, count) => sum + count, 0)).toBe(3_000);
  });

  it('is said again when it fails again', () => {
    const { archive, recorder, seen } = start();
    const fail = (nowMs: number, fault: Error | undefined) => {
      archive.fault = fault;
      recorder.tick(nowMs);
      recorder.take([A_LOSS]);
      recorder.flush();
    };
    fail(0, new ArchiveFault('locked', ''));
    fail(10_000, undefined);
    fail(20_000, new ArchiveFault('full', ''));
    expect(seen.filter((line) => !line.startsWith('loss'))).toEqual([
      'failing: locked',
      'recovered',
      'failing: full',
    ]);
  });
});

describe('an archive that could not be had', () => {
  it('is looked for now and then; until then events go on and are counted, from then on they are kept', () => {
    const { archive, recorder, seen, appear, looks } = start('late');
    recorder.tick(0);
    recorder.take([AN_EVENT, aTraffic(), A_LOSS]);
    for (let nowMs = 250; nowMs <= 9_750; nowMs += 250) recorder.tick(nowMs);
    expect(looks()).toBe(0);
    recorder.tick(10_000);
    appear();
    recorder.tick(10_250);
    expect(looks()).toBe(1);
    recorder.tick(20_000);
    recorder.take([AN_EVENT]);
    recorder.flush();
    expect(seen).toEqual(['notification traffic loss from 0', 'lost 1 not_kept', 'notification from 2']);
    expect(archive.readAfter(0, 9).map(({ event }) => event?.kind)).toEqual([
      'sightline.loss',
      'sightline.notification',
    ]);
    recorder.tick(40_000);
    expect(looks()).toBe(2);
  });
});

describe('retention', () => {
  it('that cannot work is said, tried again later, and keeps nothing from being kept', () => {
    const { archive, recorder, seen } = start();
    vi.spyOn(archive, 'unsentRemoved', 'get').mockImplementation(() => {
      throw new ArchiveFault('locked', '');
    });
    for (const nowMs of [0, 250, 10_000]) recorder.tick(nowMs);
    recorder.take([AN_EVENT]);
    recorder.flush();
    expect(seen).toEqual(['not removed: locked', 'not removed: locked', 'notification from 1']);
  });

  it('goes on at every tick while there is more to remove, and rests when there is none', () => {
    const { archive, recorder } = start();
    const asked: number[] = [];
    archive.retain = (nowMs) => {
      asked.push(nowMs);
      return asked.length < 3;
    };
    for (let nowMs = 0; nowMs <= 11_000; nowMs += 250) recorder.tick(nowMs);
    expect(asked).toEqual([0, 250, 500, 10_500]);
  });
});
