import type { Clock } from '@oracle-calls/protocol';
import { AUDIBLE_LEVEL, TurnMeter, type TurnTimes } from './turn-meter.ts';

/** How often loudness is looked at until the oracle is heard: the resolution of `oracleAudible`. */
export const AUDIBLE_POLL_MS = 10;

/** Afterwards, until the first turn is complete; then no more. */
export const TURN_POLL_MS = 20;

export interface LevelMeterOptions {
  readonly clock: Clock;
  readonly oracleLevel: () => number;
  readonly microphoneLevel: () => number;
  /** The first audible frame of the oracle. */
  readonly oracleAudible: () => void;
  /** The first question and answer. */
  readonly turn: (times: TurnTimes) => void;
}

/** Watches both sides' loudness for the timeline. Stops by itself after the first turn; dispose to stop earlier. */
export class LevelMeter implements Disposable {
  readonly #options: LevelMeterOptions;
  readonly #turns = new TurnMeter();
  #isOracleHeard = false;
  #timer: Disposable | undefined;

  constructor(options: LevelMeterOptions) {
    this.#options = options;
    this.#arm();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = this.#options.clock.after(this.#isOracleHeard ? TURN_POLL_MS : AUDIBLE_POLL_MS, () => this.#sample());
  }

  #sample(): void {
    const oracleLevel = this.#options.oracleLevel();
    if (!this.#isOracleHeard && oracleLevel >= AUDIBLE_LEVEL) {
      this.#isOracleHeard = true;
      this.#options.oracleAudible();
    }
    const turn = this.#turns.sample(this.#options.clock.now(), this.#options.microphoneLevel(), oracleLevel);
    if (turn === undefined) this.#arm();
    else this.#options.turn(turn);
  }
}
