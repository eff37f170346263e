/** Process groups led by our own children. A group's id is its leader's pid. */
const tracked = new Set<number>();
let installed = false;

/**
 * Remembers a group until the returned function is called; should this process exit before, the group is killed.
 * SIGKILL of this process itself cannot be seen: `process-record.ts` covers that.
 */
export function trackGroup(pid: number): () => void {
  tracked.add(pid);
  if (!installed) {
    installed = true;
    process.once('exit', () => {
      for (const group of tracked) signalGroup(group, 'SIGKILL');
    });
  }
  return () => tracked.delete(pid);
}

/** Signals a whole group; one that is gone already is fine. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  trySignal(-pid, signal);
}

/** Signals one process; one that is gone already is fine. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  trySignal(pid, signal);
}

/** Whether anybody is left in the group. */
export function groupIsAlive(pid: number): boolean {
  return trySignal(-pid, 0);
}

/** Whether a process with this id exists, whoever it is. */
export function processIsAlive(pid: number): boolean {
  return trySignal(pid, 0);
}

function trySignal(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (cause) {
    // EPERM says that somebody is there: on macOS a dying group answers so too.
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
