/** What the oracle may know about a call when it thinks. Nothing here names a person. */
export interface CallContext {
  /** The oracle's chat session that the call belongs to. */
  readonly sessionId: string;
  /** BCP 47 tag, when the caller asked for one. */
  readonly language?: string | undefined;
  /** A wish for a voice, when the caller has one. */
  readonly agentVoice?: string | undefined;
  /**
   * Ten digits that are the same at both ends unless somebody stands between them; of the attempt under way, so read it when it
   * is needed. Saying it proves little: a voice can be synthesised. Show it where the user sees it by another way.
   */
  readonly comparisonCode?: string | undefined;
  /** The user's microphone is off by the user's own wish, as of now: silence is no answer. */
  readonly isUserMuted?: boolean | undefined;
}

/** One thing that was said in this call. */
export interface Turn {
  readonly speaker: 'user' | 'oracle';
  readonly text: string;
}

export interface AnswerOptions {
  readonly signal?: AbortSignal | undefined;
  readonly alreadySaid?: string | undefined;
}

/**
 * What the oracle says: text in, text out. The port behind which any model or service stands.
 * Whatever implements it hears the call: keep it local, or say in the call's UI that it is not.
 */
export interface Brain extends AsyncDisposable {
  /** A name for logs and for people, honest about what this is. */
  readonly title: string;
  /**
   * The oracle's answer to the last turn, in pieces as they come. Aborts reject with `signal.reason`.
   * `alreadySaid` is the beginning of this answer, given before it broke off: what is returned goes on from there.
   */
  answer(turns: readonly Turn[], context: CallContext, options?: AnswerOptions): AsyncIterable<string>;
  close(): Promise<void>;
}
