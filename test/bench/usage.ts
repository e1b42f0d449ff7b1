/**
 * What a process has used, as Linux counts it: user and system time of all its threads, also of those that ended,
 * and its resident memory. Nothing is asked of the process itself, so nginx and the command line are measured by
 * the same rule. Elsewhere than on Linux there is no such file, and the benchmark says so.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface Memory {
  readonly residentBytes: number;
  readonly residentPeakBytes: number;
}

/** Memory of a process and how much of it is shared: every program on one Node shares that Node's text. */
export interface Shares {
  readonly residentBytes: number;
  /** Each page divided by how many processes have it: adds up over processes. */
  readonly proportionalBytes: number;
  /** What would be free if this process ended. */
  readonly privateBytes: number;
}

/** Linux shows times to programs in hundredths of a second on every machine Node runs on (USER_HZ). */
const tickUs = 10_000;

/** User and system time since the process began. @throws when there is no such process. */
export function readCpuUs(pid: number): number {
  return parseCpuUs(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

/** The same by thread name, of the threads that still run: the forwarding one, workers, and V8's own helpers. */
export function readThreadCpuUs(pid: number): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    sums.set(name, (sums.get(name) ?? 0) + parseCpuUs(stat));
  }
  return sums;
}

/** @throws when there is no such process. */
export function readMemory(pid: number): Memory {
  return parseMemory(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

/** @throws when there is no such process, or on a kernel older than 4.14. */
export function readShares(pid: number): Shares {
  return parseShares(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
}

/** `utime` and `stime` of /proc/pid/stat (proc_pid_stat(5), fields 14 and 15). */
export function parseCpuUs(stat: string): number {
  // The second field is the program's name in brackets, and may hold spaces and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickUs;
}

/** `VmRSS` and `VmHWM` of /proc/pid/status, which are in kibibytes. */
export function parseMemory(status: string): Memory {
  return { residentBytes: readBytes(status, 'VmRSS'), residentPeakBytes: readBytes(status, 'VmHWM') };
}

/** Sums of proc_pid_smaps(5), in kibibytes too. */
export function parseShares(rollup: string): Shares {
  return {
    residentBytes: readBytes(rollup, 'Rss'),
    proportionalBytes: readBytes(rollup, 'Pss'),
    privateBytes: readBytes(rollup, 'Private_Clean') + readBytes(rollup, 'Private_Dirty'),
  };
}

function readBytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1_024;
}
