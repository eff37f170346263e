import type { Clock, Logger } from '@oracle-calls/protocol';
import { timeLimit } from './backend/time-limit.ts';
import { CallStatistics } from './call-statistics.ts';
import type { CallLink } from './link/call-link.ts';
import type { MediaSeat } from '@oracle-calls/node-media/seat';

/** Between two samples of the statistics, in ms: once the room is gone there is nothing to ask, and what did not open for longer is noticed. */
const SAMPLE_EVERY_MS = 1_000;
/** The last sample must not keep the agent in the room for longer, in ms. */
const LAST_SAMPLE_MAX_MS = 500;

/** Looks at the tracks of a call while it lasts, and says once what they were. */
export class EvidenceLog {
  readonly #seat: Pick<MediaSeat, 'sampleEvidence' | 'dropped'>;
  readonly #clock: Clock;
  readonly #statistics = new CallStatistics();

  constructor(seat: Pick<MediaSeat, 'sampleEvidence' | 'dropped'>, clock: Clock) {
    this.#seat = seat;
    this.#clock = clock;
  }

  /** Samples until the call is over. */
  async keepSampling(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#clock.sleep(SAMPLE_EVERY_MS, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.sample();
    }
  }

  /** A sample that fails adds nothing: the room may be gone. */
  async sample(): Promise<void> {
    const evidence = await this.#seat.sampleEvidence().catch(() => undefined);
    if (evidence !== undefined) this.#statistics.add(evidence);
  }

  /** Sound of the user did not open. */
  noteUnopened(): void {
    this.#statistics.addUnopened();
  }

  async write(log: Logger, link: Pick<CallLink, 'protocol' | 'wasConfirmed'>): Promise<void> {
    using limit = timeLimit(this.#clock, LAST_SAMPLE_MAX_MS);
    const tooLate = Promise.withResolvers<void>();
    limit.signal.addEventListener('abort', () => tooLate.resolve(), { once: true });
    await Promise.race([this.sample(), tooLate.promise]);
    const dropped = Object.entries(this.#seat.dropped)
      .filter(([, count]) => count > 0)
      .map(([kind, count]) => ({ kind, count }));
    log.info('call statistics', { ...this.#statistics.toFields(link), dropped });
  }
}
