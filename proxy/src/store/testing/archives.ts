/** Both implementations behind one face, each with a clock of its own, so that one suite asks both. For tests only. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Archive, ArchiveReader } from '../../observation/archive.ts';
import { T0 } from '../../testing/frames.ts';
import type { Limits } from '../limits.ts';
import { MemoryArchive } from '../memoryArchive.ts';
import { openArchive } from '../openArchive.ts';
import { openReader } from '../openReader.ts';

/** `T0` in milliseconds: the moment that `atMs: 0` of a builder is. */
export const START = T0 / 1000;
export const ACTIVE_WINDOW_MS = 300_000;

export interface Opened {
  readonly archive: Archive;
  readonly reader: ArchiveReader;
  /** Unix milliseconds; what the reader takes for now. */
  nowMs: number;
  /**
   * Another instance goes on with the same archive, with limits of its own; `archive` is then of that one. Absent
   * where there is but one.
   */
  readonly become?: (instanceId: string, limits?: Partial<Limits>) => Archive;
  /** Of the file, where there is one. */
  readonly path?: string;
  readonly dispose: () => void;
}

export interface Implementation {
  readonly name: string;
  readonly open: (limits?: Partial<Limits>) => Opened;
}

const UNBOUNDED: Limits = { ageMs: 0, bytesMax: 2 ** 40 };

const sqlite: Implementation = {
  name: 'SQLite',
  open(limits) {
    const folder = mkdtempSync(join(tmpdir(), 'sightline-archive-'));
    const settings = { ...UNBOUNDED, ...limits, path: join(folder, 'archive.sqlite'), nowMs: START };
    let archive = opened(settings);
    const face: Opened = {
      get archive() {
        return archive;
      },
      nowMs: START,
      path: settings.path,
      reader: openReader(settings.path, { activeWindowMs: ACTIVE_WINDOW_MS, now: () => face.nowMs }),
      become(instanceId: string, changed?: Partial<Limits>) {
        archive.close();
        archive = opened({ ...settings, ...changed, instanceId });
        return archive;
      },
      dispose() {
        face.reader.close();
        archive.close();
        rmSync(folder, { recursive: true });
      },
    };
    return face;
  },
};

function opened(settings: Parameters<typeof openArchive>[0]): Archive {
  const result = openArchive(settings);
  if (!result.ok) throw new Error(result.problem.reason);
  return result.archive;
}

const memory: Implementation = {
  name: 'memory',
  open(limits) {
    const archive = new MemoryArchive({
      ...UNBOUNDED,
      ...limits,
      instanceId: 'one',
      activeWindowMs: ACTIVE_WINDOW_MS,
      now: () => face.nowMs,
    });
    const face: Opened = {
      archive,
      reader: archive.openReader(),
      nowMs: START,
      dispose: () => archive.close(),
    };
    return face;
  },
};

export const IMPLEMENTATIONS: readonly Implementation[] = [sqlite, memory];
