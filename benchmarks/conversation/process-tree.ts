import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What a process and everything that it started use at one moment. */
export interface TreeUsage {
  readonly processes: number;
  /** Proportional (PSS): memory that several processes share counts once in all. */
  readonly memoryBytes: number;
  /** Processor time since each process began, of those that have ended included, in ms. */
  readonly cpuMs: number;
  /** Open files and sockets, without those of /proc: the worker's framework watches the memory of each process, and keeps that file for a minute and a half (`pidusage`). */
  readonly openFiles: number;
}

/** `USER_HZ` of /proc/PID/stat: 100 on every architecture that Linux is run on by people (proc_pid_stat(5), sysconf(3)). */
const TICK_MS = 10;

export interface ProcessStat {
  readonly parent: number;
  readonly cpuMs: number;
}

/** One line of /proc/PID/stat (proc_pid_stat(5)). The second field is the command in brackets and may hold anything, so counting begins behind it. */
export function parseStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const at = (field: number): number => Number(fields[field - 3]);
  // utime, stime, cutime, cstime
  return { parent: at(4), cpuMs: (at(14) + at(15) + at(16) + at(17)) * TICK_MS };
}

/** The `Pss` line of /proc/PID/smaps_rollup, in bytes. */
export function parsePss(rollup: string): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024;
}

/** A process and all below it. */
export function treeOf(root: number, parents: ReadonlyMap<number, number>): readonly number[] {
  const tree = [root];
  for (const pid of tree) {
    for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  }
  return tree;
}

/** `undefined` where there is no /proc (macOS). Processes that end meanwhile count as nothing. */
export function usageOf(root: number): TreeUsage | undefined {
  if (process.platform !== 'linux') return undefined;
  const stats = new Map<number, ProcessStat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readOrNothing(`/proc/${name}/stat`) : '';
    if (stat !== '') stats.set(Number(name), parseStat(stat));
  }
  const pids = treeOf(root, new Map([...stats].map(([pid, { parent }]) => [pid, parent])));
  const sum = (of: (pid: number) => number): number => pids.reduce((total, pid) => total + of(pid), 0);
  return {
    processes: pids.length,
    memoryBytes: sum((pid) => parsePss(readOrNothing(`/proc/${pid}/smaps_rollup`))),
    cpuMs: sum((pid) => stats.get(pid)?.cpuMs ?? 0),
    openFiles: sum(countOpen),
  };
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function countOpen(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).filter((fd) => !isOfProc(`/proc/${pid}/fd/${fd}`)).length;
  } catch {
    return 0;
  }
}

function isOfProc(link: string): boolean {
  try {
    return readlinkSync(link).startsWith('/proc/');
  } catch {
    // Closed meanwhile.
    return true;
  }
}
