import { rms } from '@oracle-calls/node-media/pcm';
import type { HeardSound } from '@oracle-calls/node-media/sdk';
import type { Clock } from '@oracle-calls/protocol';
import { AUDIBLE_LEVEL } from '@oracle-calls/sdk/core';

/** Between two looks, in ms. */
const LOOK_EVERY_MS = 50;

export interface AnswerWait {
  /** The answer must begin after this, in epoch ms. */
  readonly since: number;
  /** Nothing heard for so long is no answer, in ms. */
  readonly beginsWithinMs: number;
  /** So much silence ends it, in ms: more than the pause between two sentences. */
  readonly quietMs: number;
  readonly signal: AbortSignal;
}

/** Listens to when the oracle speaks and when it has finished. */
export class OracleEar {
  readonly #clock: Clock;
  #audibleAt: number | undefined;
  #doing: 'listening' | 'thinking' | 'speaking' = 'listening';

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hear({ samples }: Pick<HeardSound, 'samples'>): void {
    if (rms(samples) >= AUDIBLE_LEVEL) this.#audibleAt = this.#clock.now();
  }

  /** What the oracle says that it does. */
  note(doing: 'listening' | 'thinking' | 'speaking'): void {
    this.#doing = doing;
  }

  /** Waits for an answer and its end; `false` when there was none. @throws `signal.reason` */
  async untilAnswered({ since, beginsWithinMs, quietMs, signal }: AnswerWait): Promise<boolean> {
    const giveUpAt = this.#clock.now() + beginsWithinMs;
    while (!(this.#audibleAt !== undefined && this.#audibleAt > since)) {
      if (this.#clock.now() >= giveUpAt) return false;
      await this.#clock.sleep(LOOK_EVERY_MS, { signal });
    }
    // An oracle that stays busy without a sound has said what it had to say, or is broken: after a while its own word counts no more.
    while (!this.#hasBeenQuietFor(this.#doing === 'listening' ? quietMs : quietMs * 4)) {
      await this.#clock.sleep(LOOK_EVERY_MS, { signal });
    }
    return true;
  }

  #hasBeenQuietFor(quietMs: number): boolean {
    return this.#clock.now() - (this.#audibleAt ?? 0) >= quietMs;
  }
}
