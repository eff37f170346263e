import type { Clock } from '@oracle-calls/protocol';
import type { TransformReport } from '../frame-cryptor/worker-messages.ts';

/**
 * How long frames of somebody may arrive without one being opened. Shorter, and frames on their way while keys change would be taken for
 * a fault; longer, and a person waits in silence without knowing why.
 */
export const UNDECRYPTABLE_AFTER_MS = 3_000;
const LOOK_EVERY_MS = 500;

/** A track of somebody whom this side should hear. */
export interface WatchedTrack {
  readonly participantIdentity: string;
  readonly report: TransformReport;
}

export interface UndecryptableWatchOptions {
  readonly clock: Clock;
  readonly look: () => Promise<readonly WatchedTrack[]>;
  /** Told once each time that it begins. */
  readonly onUndecryptable: (participantIdentity: string) => void;
}

interface Seen {
  readonly passed: number;
  readonly dropped: number;
  /** Since when frames arrive and none opens. */
  readonly failingSince: number | undefined;
  readonly isTold: boolean;
}

/** Turns packets without sound into a notice that names the participant. */
export class UndecryptableWatch implements Disposable {
  readonly #options: UndecryptableWatchOptions;
  #seen = new Map<number, Seen>();
  #next: Disposable | undefined;

  constructor(options: UndecryptableWatchOptions) {
    this.#options = options;
    this.#wait();
  }

  [Symbol.dispose](): void {
    this.#next?.[Symbol.dispose]();
    this.#next = undefined;
  }

  #wait(): void {
    this.#next = this.#options.clock.after(LOOK_EVERY_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    // A worker that has died is told by itself.
    const tracks = await this.#options.look().catch(() => []);
    if (this.#next === undefined) return;
    const now = this.#options.clock.now();
    const seen = new Map<number, Seen>();
    for (const { participantIdentity, report } of tracks) {
      const after = judge(this.#seen.get(report.transform), report, now);
      seen.set(report.transform, after);
      const wasTold = this.#seen.get(report.transform)?.isTold === true;
      if (after.isTold && !wasTold) this.#options.onUndecryptable(participantIdentity);
    }
    this.#seen = seen;
    this.#wait();
  }
}

function judge(before: Seen | undefined, report: TransformReport, now: number): Seen {
  const { passed } = report;
  // What came before the participant was admitted had to be dropped.
  const { 'not-admitted': _before, ...failures } = report.dropped;
  const dropped = Object.values(failures).reduce((total, count) => total + count, 0);
  if (passed > (before?.passed ?? 0)) return { passed, dropped, failingSince: undefined, isTold: false };
  const isTold = before?.isTold === true;
  if (dropped <= (before?.dropped ?? 0)) return { passed, dropped, failingSince: undefined, isTold };
  const failingSince = before?.failingSince ?? now;
  return { passed, dropped, failingSince, isTold: isTold || now - failingSince >= UNDECRYPTABLE_AFTER_MS };
}
