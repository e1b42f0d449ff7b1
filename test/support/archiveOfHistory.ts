/** Fills the archive of a state directory with a past of any length, through the archive's own writing side. */
import path from 'node:path';
import { openArchive } from '../../proxy/src/store/openArchive.ts';
import { type HistoryOptions, makeHistory } from './history.ts';

/** What the archive holds afterwards. @throws when it cannot be opened. */
export function fillArchive(stateDir: string, history: HistoryOptions): { readonly events: number } {
  const opened = openArchive({
    path: path.join(stateDir, 'archive.sqlite'),
    nowMs: history.toMs,
    ageMs: 0,
    bytesMax: Number.MAX_SAFE_INTEGER,
  });
  if (!opened.ok) throw new Error(`${opened.problem.reason}; ${opened.problem.advice}`);
  const { archive } = opened;
  try {
    for (const batch of makeHistory(history)) archive.append(batch);
    return { events: archive.latest() };
  } finally {
    archive.close();
  }
}
