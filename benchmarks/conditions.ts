import { availableParallelism, cpus, loadavg } from 'node:os';

/** Under what a benchmark ran: without it, no figure says anything. */
export interface Conditions {
  readonly cores: number;
  readonly cpu: string;
  /** Load average of the last minute, before and after: above `cores`, something else was running too. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

/** Notes the load now and once more when the returned function is called. */
export function watchConditions(): () => Conditions {
  const loadBefore = loadNow();
  return () => ({
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    loadBefore,
    loadAfter: loadNow(),
  });
}

export function conditionsLine({ cores, loadBefore, loadAfter }: Conditions): string {
  const busy = Math.max(loadBefore, loadAfter) > cores ? ' Something else was running.' : '';
  return `${cores} cores, load ${loadBefore} before and ${loadAfter} after.${busy}`;
}

const loadNow = (): number => Math.round((loadavg()[0] ?? 0) * 10) / 10;
