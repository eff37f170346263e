import type { CallUser } from '@oracle-calls/agent/oracle';

type Choices = Parameters<CallUser['choose']>[1];
type Key = Awaited<ReturnType<CallUser['choose']>>;

/** A question with quick replies that the oracle has shown. */
export interface ShownQuestion {
  readonly text: string;
  readonly choices: Choices;
}

/** The user's screen: touches what the test says, and keeps what was shown. */
export class ScriptedUser implements CallUser {
  readonly questions: ShownQuestion[] = [];
  /** What the oracle wrote into the chat. */
  readonly chat: string[] = [];
  readonly #touch: (question: ShownQuestion) => Key;

  /** `touch` is the key that the user touches; nobody touches anything when absent, as if the time had run out. */
  constructor(touch: (question: ShownQuestion) => Key = () => undefined) {
    this.#touch = touch;
  }

  choose(text: string, choices: Choices): Promise<Key> {
    const question = { text, choices };
    this.questions.push(question);
    return Promise.resolve(this.#touch(question));
  }

  offer(text: string, choices: Choices): void {
    this.questions.push({ text, choices });
  }

  write(text: string): void {
    this.chat.push(text);
  }
}
