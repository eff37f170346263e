import type { AnswerOptions } from '../brain/brain.ts';
import { untilAborted } from '../brain/until-aborted.ts';
import { OFFER_WAIT_MS } from './call-user.ts';
import type { CallUser, ChooseOptions } from './call-user.ts';
import { chatMessage, choiceQuestion } from './payloads.ts';

export interface AnswerScope extends Pick<AnswerOptions, 'settled'> {
  /** Aborts when the answer is not wanted any more. */
  readonly signal: AbortSignal;
  /** Says something within the answer, at once: a question is heard as well as seen. */
  readonly say: (text: string) => void;
}

/**
 * The user as one answer after the other may reach them: not before the turn is known to be over, not once the answer is not wanted any more. What
 * one answer offered is taken back by the next.
 */
export class AnswerUsers {
  readonly #user: CallUser;
  #offers = new AbortController();

  constructor(user: CallUser) {
    this.#user = user;
  }

  /** The user for a new answer. */
  begin({ signal, settled = Promise.resolve(), say }: AnswerScope): CallUser {
    const user = this.#user;
    const begun = untilAborted(settled, signal).then(() => this.#renewOffers());
    begun.catch(() => undefined);
    const onceBegun = (act: () => void): void => {
      const unlessAborted = (): void => {
        if (!signal.aborted) act();
      };
      begun.then(unlessAborted, () => undefined);
    };
    const orEarlier = (own: ChooseOptions['signal'], last: AbortSignal): AbortSignal =>
      own === undefined ? last : AbortSignal.any([last, own]);
    return {
      choose: async (text, choices, { signal: own, waitsMs } = {}) => {
        await begun;
        const chosen = user.choose(text, choices, { signal: orEarlier(own, signal), waitsMs });
        say(text);
        return chosen;
      },
      offer: (text, choices, { signal: own } = {}) => {
        // To the author at once, and not to nobody later.
        choiceQuestion(text, choices, OFFER_WAIT_MS);
        onceBegun(() => user.offer(text, choices, { signal: orEarlier(own, this.#offers.signal) }));
      },
      write: (text) => {
        chatMessage(text, 0);
        onceBegun(() => user.write(text));
      },
    };
  }

  #renewOffers(): void {
    this.#offers.abort(new Error('the next answer began'));
    this.#offers = new AbortController();
  }
}
