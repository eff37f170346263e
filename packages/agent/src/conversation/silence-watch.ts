import type { Clock } from '@oracle-calls/protocol';
import type { OracleActivity } from './observer.ts';

/** So often the oracle asks before it leaves the user alone. */
const MAX_QUESTIONS = 2;

export interface SilenceWatchOptions {
  readonly afterMs: number;
  /** The user's microphone is off by the user's own wish: then silence says nothing. */
  readonly isUserMuted: () => boolean;
  readonly ask: () => void;
  readonly clock: Pick<Clock, 'after'>;
}

/** Asks whether the user is still there when both have been silent for long, twice at most; the next word of the user's makes it patient again. */
export class SilenceWatch implements Disposable {
  readonly #options: SilenceWatchOptions;
  #activity: OracleActivity = 'listening';
  #isUserSpeaking = false;
  #questions = 0;
  #timer: Disposable | undefined;
  #isOver = false;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
    this.#watch();
  }

  activity(activity: OracleActivity): void {
    if (activity === this.#activity) return;
    this.#activity = activity;
    this.#watch();
  }

  userBegins(): void {
    this.#isUserSpeaking = true;
    this.#watch();
  }

  /** The user said something, or it was nothing. */
  userEnds({ hasSpoken }: { readonly hasSpoken: boolean }): void {
    this.#isUserSpeaking = false;
    if (hasSpoken) this.#questions = 0;
    this.#watch();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#timer?.[Symbol.dispose]();
  }

  #watch(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (this.#isOver) return;
    if (this.#activity !== 'listening' || this.#isUserSpeaking || this.#questions >= MAX_QUESTIONS) return;
    const { clock, afterMs, isUserMuted, ask } = this.#options;
    this.#timer = clock.after(afterMs, () => {
      if (!isUserMuted()) {
        this.#questions += 1;
        ask();
      }
      this.#watch();
    });
  }
}
