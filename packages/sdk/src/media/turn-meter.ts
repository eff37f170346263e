/** Root mean square of full scale from which sound counts as heard: speech is ten times louder, comfort noise ten times softer. */
export const AUDIBLE_LEVEL = 0.01;

/** A user who was heard this long in all has asked something; shorter sounds are clicks and coughs. */
export const QUESTION_MIN_MS = 250;

/** The oracle must have been quiet this long for its next sound to be an answer: a greeting's own gaps are shorter. */
export const ANSWER_GAP_MS = 200;

export interface TurnTimes {
  readonly questionEndedAt: number;
  readonly answerAudibleAt: number;
}

/**
 * Finds the end of the user's first question and the start of the oracle's answer from two loudness curves. What the user
 * says before the oracle was heard for the first time does not count: nobody listened.
 */
export class TurnMeter {
  #lastAt: number | undefined;
  #spokenMs = 0;
  #userHeardAt: number | undefined;
  #oracleHeardAt: number | undefined;
  #found: TurnTimes | undefined;

  /** Takes one sample of both levels; `at` is epoch milliseconds and never falls. Returns the turn once, when it is complete. */
  sample(at: number, microphoneLevel: number, oracleLevel: number): TurnTimes | undefined {
    const stepMs = this.#lastAt === undefined ? 0 : at - this.#lastAt;
    this.#lastAt = at;
    if (this.#found !== undefined) return undefined;
    const wasOracleQuiet = this.#oracleHeardAt === undefined || at - this.#oracleHeardAt >= ANSWER_GAP_MS;
    // While the oracle speaks, the microphone may only be hearing its echo.
    if (microphoneLevel >= AUDIBLE_LEVEL && oracleLevel < AUDIBLE_LEVEL && this.#oracleHeardAt !== undefined) {
      this.#spokenMs += stepMs;
      this.#userHeardAt = at;
    }
    if (oracleLevel < AUDIBLE_LEVEL) return undefined;
    this.#oracleHeardAt = at;
    if (!wasOracleQuiet || this.#userHeardAt === undefined || this.#spokenMs < QUESTION_MIN_MS) return undefined;
    this.#found = { questionEndedAt: this.#userHeardAt, answerAudibleAt: at };
    return this.#found;
  }
}
