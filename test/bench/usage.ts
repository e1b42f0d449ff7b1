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

/** `utime` and `stime` of /proc/pid/stat (proc_pid_stat(5), fields 14 and 15). */
export function parseCpuUs(stat: string): number {
  // The second field is the program's name in brackets, and may hold spaces and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickUs;
}

/** `VmRSS` and `VmHWM` of /proc/pid/status, which are in kibibytes. */
export function parseMemory(status: string): Memory {
  const read = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1_024;
  return { residentBytes: read('VmRSS'), residentPeakBytes: read('VmHWM') };
}
