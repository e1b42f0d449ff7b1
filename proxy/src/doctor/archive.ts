/** The archive and the outbox in it, seen from outside, while a Sightline may be writing it. */
import { existsSync, statSync } from 'node:fs';
import { type Inspection, inspectArchive } from '../store/inspectArchive.ts';
import { problemOf } from '../store/openArchive.ts';
import type { Finding } from '../terminal/findings.ts';
import { formatBytes, formatSeconds } from '../terminal/format.ts';
import { bad, type Findings, good, warn } from './check.ts';

export interface ArchiveQuestion {
  readonly path: string;
  readonly exports: boolean;
  readonly nowMs: number;
}

/** Older than this, and delivery is not merely behind. */
const STUCK_MS = 10 * 60_000;
const SETS_ASIDE =
  'at its next start Sightline sets the file aside (it deletes nothing) and begins a new one; a copy of the file keeps what can still be read';

export function checkArchive({ path, exports, nowMs }: ArchiveQuestion): Findings {
  try {
    statSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // Out of reach is told of the directory.
    return code === 'ENOENT' || code === 'ENOTDIR' ? [good('archive', `none yet at ${path}`)] : [];
  }
  let found: Inspection;
  try {
    found = inspectArchive(path);
  } catch (error) {
    const { reason, advice, trouble } = problemOf(error, path);
    return [bad('archive', reason, trouble === 'damaged' ? SETS_ASIDE : advice)];
  }
  return [judgeArchive(path, found), ...judgePrivacy(path), judgeOutbox(found, exports, nowMs)];
}

function judgeArchive(path: string, found: Inspection): Finding {
  const [fault] = found.faults;
  if (fault !== undefined || existsSync(`${path}.damaged`)) {
    const more = found.faults.length > 1 ? ` and ${found.faults.length - 1} more` : '';
    return bad('archive', `${path} is damaged${fault === undefined ? '' : `: ${fault}${more}`}`, SETS_ASIDE);
  }
  const size = `${found.events} events, ${formatBytes(statSync(path).size)}`;
  const sound =
    found.unread.length === 0 ? 'sound' : 'sound but for what it holds of payloads, which was not read';
  const use = found.isInUse ? ', in use' : '';
  const step = found.schema < found.newestSchema ? ', brought to a new schema at the next start' : '';
  return good('archive', `${path}: ${size}, schema ${found.schema}, ${sound}${use}${step}`);
}

/** The directory keeps others out where it is ours alone; this is for where it is shared. */
function judgePrivacy(path: string): Findings {
  if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return [];
  return [warn('archive', `${path} may be read by others`, `chmod 600 ${path}: it holds what agents sent`)];
}

function judgeOutbox({ waiting, refused }: Inspection, exports: boolean, nowMs: number): Finding {
  const events = Math.max(0, ...waiting.map((one) => one.events));
  const oldestMs = Math.min(nowMs, ...waiting.flatMap((one) => one.oldestMs ?? []));
  const aside =
    refused === 0 ? '' : `; ${refused === 1 ? '1 record was' : `${refused} records were`} refused for good`;
  if (events === 0) {
    const never = waiting.length === 0 ? 'nothing was ever exported from it' : 'nothing waits';
    if (refused === 0) return good('outbox', never);
    return warn('outbox', `${never}${aside}`, 'look at the log of the collector at that time');
  }
  const state = `${events === 1 ? '1 event waits' : `${events} events wait`}, the oldest for ${formatSeconds((nowMs - oldestMs) / 1_000)}${aside}`;
  if (!exports)
    return warn(
      'outbox',
      state,
      'set OTEL_EXPORTER_OTLP_ENDPOINT as before, and they go out at the next start',
    );
  if (nowMs - oldestMs < STUCK_MS) return good('outbox', state);
  return warn(
    'outbox',
    state,
    'they go out when the collector takes them and a Sightline runs here; see collector below',
  );
}
