import type { Clock } from '@oracle-calls/protocol';
import type { CallRecord } from './call-record.ts';
import { Cell, type Source } from './cell.ts';

/** How often loudness is looked at: as often as an eye follows a meter, and rarely enough for a page to do other things. */
export const LEVEL_POLL_MS = 50;

/** Finer steps than these nobody sees; a value that stays within one renders nothing. */
const LEVEL_STEPS = 100;

const SECOND_MS = 1_000;

/** What has a loudness: a track of either side. */
export interface Audible {
  /** Root mean square of full scale, 0 to 1. */
  level(): number;
}

/** Loudness in hundredths, while somebody looks. */
export function levelSource(track: Audible, clock: Clock): Source<number> {
  const level = new Cell(0);
  return {
    read: level.read,
    subscribe: (changed) => {
      const listening = level.subscribe(changed);
      let timer: Disposable;
      const look = (): void => {
        level.write(Math.round(Math.min(1, track.level()) * LEVEL_STEPS) / LEVEL_STEPS);
        timer = clock.after(LEVEL_POLL_MS, look);
      };
      timer = clock.after(0, look);
      return () => {
        timer[Symbol.dispose]();
        listening();
      };
    },
  };
}

/** Whole seconds until an instant, counted down; 0 from then on. */
export function secondsUntilSource(at: number, clock: Clock): Source<number> {
  const read = (): number => Math.max(0, Math.ceil((at - clock.now()) / SECOND_MS));
  return {
    read,
    subscribe: (changed) => {
      let timer: Disposable | undefined;
      const arm = (): void => {
        const leftMs = at - clock.now();
        timer = leftMs > 0 ? clock.after(leftMs % SECOND_MS || SECOND_MS, tick) : undefined;
      };
      const tick = (): void => {
        changed();
        arm();
      };
      arm();
      return () => timer?.[Symbol.dispose]();
    },
  };
}

/** Whole seconds for which the call is live, or was. 0 before. */
export function durationSource({ times }: CallRecord, clock: Clock): Source<number> {
  const lastedMs = (): number => {
    const { liveAt, endedAt } = times.read();
    return liveAt === undefined ? 0 : Math.max(0, (endedAt ?? clock.now()) - liveAt);
  };
  return {
    read: () => Math.floor(lastedMs() / SECOND_MS),
    subscribe: (changed) => {
      let timer: Disposable | undefined;
      const arm = (): void => {
        timer?.[Symbol.dispose]();
        timer = undefined;
        const { liveAt, endedAt } = times.read();
        if (liveAt === undefined || endedAt !== undefined) return;
        timer = clock.after(SECOND_MS - (lastedMs() % SECOND_MS), () => {
          changed();
          arm();
        });
      };
      const listening = times.subscribe(() => {
        changed();
        arm();
      });
      arm();
      return () => {
        timer?.[Symbol.dispose]();
        listening();
      };
    },
  };
}
