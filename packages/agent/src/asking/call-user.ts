import type { KeypadKey, QuestionChoice } from '@oracle-calls/protocol/data-frame';

export interface ChooseOptions {
  /** Takes the question back. Give the tool's own. */
  readonly signal?: AbortSignal | undefined;
  /** {@link QUESTION_WAIT_MS} when absent, which is also the most. */
  readonly waitsMs?: number | undefined;
}

/** A person reads, decides and touches. It ends before a tool box gives up on the same person (`APPROVAL_MAX_MS`), so that no yes comes too late. */
export const QUESTION_WAIT_MS = 40_000;

/** Quick replies that nobody waits for are of use until the talk is elsewhere. */
export const OFFER_WAIT_MS = 120_000;

/** The user at the other end, beyond speech: the screen, sealed for them alone. */
export interface CallUser {
  /**
   * Shows a question with quick replies and waits: the key that the user touched, or `undefined` when none in time. A tool that asks needs a
   * `timeoutMs` that leaves time for it.
   *
   * @throws {OracleCallError} `ERR_DATA_MALFORMED` for choices that no keypad has, `ERR_CALL_QUESTION` when too many questions are open
   * @throws `signal.reason` when the answer is not wanted any more
   */
  choose(text: string, choices: readonly QuestionChoice[], options?: ChooseOptions): Promise<KeypadKey | undefined>;
  /**
   * Shows quick replies and does not wait: the label of the one that is touched is heard as the user's turn. The next answer takes them back.
   *
   * @throws {OracleCallError} as `choose`
   */
  offer(text: string, choices: readonly QuestionChoice[], options?: Pick<ChooseOptions, 'signal'>): void;
  /** Writes into the chat. @throws {OracleCallError} `ERR_DATA_MALFORMED` for an empty or too long text */
  write(text: string): void;
}
