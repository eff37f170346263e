import { codeOf } from '@oracle-calls/protocol';
import type { Logger } from '@oracle-calls/protocol';
import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import { MAX_FAILED_TURNS } from '../../brain/say-failures.ts';
import type { ConversationObserver } from '../observer.ts';

export interface VoiceFailuresOptions {
  readonly observer: Pick<ConversationObserver, 'words'>;
  /** More than {@link MAX_FAILED_TURNS} answers in a row had no sound at all. */
  readonly onGivenUp: (cause: unknown) => void;
  readonly log: Logger;
}

/**
 * What becomes of sentences that the voice could not speak. In an answer with any sound they come in its captions, in their place; an answer without is shown
 * here, since a user who hears nothing waits for ever.
 */
export class VoiceFailures {
  readonly #options: VoiceFailuresOptions;
  #silentAnswers = 0;

  constructor(options: VoiceFailuresOptions) {
    this.#options = options;
  }

  sentenceFailed(cause: unknown): void {
    this.#options.log.warn('a sentence was not spoken', { code: codeOf(cause) });
  }

  answerSpoken(): void {
    this.#silentAnswers = 0;
  }

  /** Not one of its sentences was spoken. */
  answerFailed(text: string, cause: unknown): void {
    this.#options.observer.words({ speaker: 'oracle', segment: createPayloadId(), text, isFinal: true });
    this.#silentAnswers += 1;
    if (this.#silentAnswers > MAX_FAILED_TURNS) this.#options.onGivenUp(cause);
  }
}
