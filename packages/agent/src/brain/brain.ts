import type { EnginePlace } from '@oracle-calls/protocol/hearing';
import type { CallUser } from '../asking/call-user.ts';
import type { Still, UserEyes } from '../sight/still.ts';
import type { CallMemory } from '../memory/call-memory.ts';
import type { ApproveTool } from '../tools/approval.ts';

/** What the oracle may know about a call when it thinks. */
export interface CallContext {
  /** The oracle's chat session that the call belongs to. */
  readonly sessionId: string;
  /** The same in all of one call and in no other, and made up: it names the call to nobody else. */
  readonly conversationId?: string | undefined;
  /** Who calls, as the user's own signature proved it; absent where nobody proved anything, as in the older protocol. */
  readonly userDid?: string | undefined;
  /** BCP 47 tag, when the caller asked for one. */
  readonly language?: string | undefined;
  /** A wish for a voice, when the caller has one. */
  readonly voice?: string | undefined;
  /**
   * Ten digits that are the same at both ends unless somebody stands between them; of the attempt under way, so read it when it
   * is needed. Saying it proves little: a voice can be synthesised. Show it where the user sees it by another way.
   */
  readonly comparisonCode?: string | undefined;
  /** The user's microphone is off by the user's own wish, as of now: silence is no answer. */
  readonly isUserMuted?: boolean | undefined;
  /** The user beyond speech: quick replies and chat. Absent where nothing can be shown, as in the older protocol. */
  readonly user?: CallUser | undefined;
  /** Looks at what the user shows. Absent where the oracle has declared that nobody looks, and in the older protocol. */
  readonly eyes?: UserEyes | undefined;
  /** What is remembered of the session; absent where nothing is, by the author's choice or because nobody proved who calls. */
  readonly memory?: CallMemory | undefined;
}

/** One thing that was said in this call. */
export interface Turn {
  readonly speaker: 'user' | 'oracle';
  /** Of an oracle's answer that was interrupted: as much as the user heard of it. */
  readonly text: string;
  /** The user spoke over this answer, and it was not said to its end. */
  readonly isInterrupted?: boolean | undefined;
  /** What the user showed when the turn was answered; of the last turn alone, for a brain that wants it (`wantsStills`). */
  readonly still?: Still | undefined;
}

export interface AnswerOptions {
  /** Aborts when the answer is not wanted any more: interrupted, or the turn went on. */
  readonly signal?: AbortSignal | undefined;
  /** The beginning of this answer, given before it broke off: what is returned goes on from there. */
  readonly alreadySaid?: string | undefined;
  /** Asks the user about a tool. Without it nobody can be asked, and a tool that needs approval is refused. */
  readonly approve?: ApproveTool | undefined;
  /**
   * There when the answer is begun before the turn is known to be over; resolves once it is. Until then nothing may have an effect:
   * tools wait for it. When the user goes on instead, `signal` aborts.
   */
  readonly settled?: Promise<void> | undefined;
  /** Told just before something is done that has an effect. Whoever would begin this answer anew when it breaks off does not any more. */
  readonly acted?: (() => void) | undefined;
}

/**
 * What the oracle says: text in, text out. The port behind which any model or service stands; {@link createBrain} makes one of a function.
 * Whatever implements it gets the call's words, so it says where it works.
 */
export interface Brain extends AsyncDisposable {
  /** A name for logs and for people, honest about what this is. */
  readonly title: string;
  /** Where the words go; shown to the user. */
  readonly place: EnginePlace;
  /** A picture of what the user shows is to go along with each turn. */
  readonly wantsStills?: boolean | undefined;
  /** The oracle's answer to the last turn, in pieces as they come. Aborts reject with `signal.reason`. */
  answer(turns: readonly Turn[], context: CallContext, options?: AnswerOptions): AsyncIterable<string>;
  close(): Promise<void>;
}
