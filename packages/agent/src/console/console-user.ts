import type { KeypadKey, QuestionChoice } from '@oracle-calls/protocol/data-frame';
import type { CallUser } from '../asking/call-user.ts';
import { choiceQuestion, chatMessage } from '../asking/payloads.ts';
import { untilAborted } from '../brain/until-aborted.ts';

/** Any time that a question may have: nobody hurries at a terminal. It is only for the check that the choices are what a keypad has. */
const CHECKED_WAIT_MS = 1_000;

export interface ConsoleUserOptions {
  readonly write: (text: string) => void;
  /** The next line that is typed; `undefined` when there is none. */
  readonly take: () => Promise<string | undefined>;
}

/** The screen of a call, at a terminal: quick replies are answered by their keys. */
export class ConsoleUser implements CallUser {
  readonly #options: ConsoleUserOptions;
  #offered: readonly QuestionChoice[] = [];

  constructor(options: ConsoleUserOptions) {
    this.#options = options;
  }

  async choose(
    text: string,
    choices: readonly QuestionChoice[],
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<KeypadKey | undefined> {
    this.#show(text, choices);
    const line = await untilAborted(this.#options.take(), signal);
    return choices.find(({ key, label }) => isChoice(line, key, label))?.key;
  }

  offer(text: string, choices: readonly QuestionChoice[]): void {
    this.#show(text, choices);
    this.#offered = choices;
  }

  write(text: string): void {
    this.#options.write(`[chat] ${chatMessage(text, 0).text}\n`);
  }

  /** What a line says: the label of the quick reply that is on offer under this key. The next turn takes the offer back. */
  said(line: string): string {
    const chosen = this.#offered.find(({ key, label }) => isChoice(line, key, label));
    this.#offered = [];
    return chosen?.label ?? line;
  }

  #show(text: string, choices: readonly QuestionChoice[]): void {
    choiceQuestion(text, choices, CHECKED_WAIT_MS);
    const keys = choices.map(({ key, label }) => `${key} ${label}`);
    this.#options.write(`[${text} ${keys.join(' · ')}]\n`);
  }
}

const isChoice = (line: string | undefined, key: string, label: string): boolean =>
  line !== undefined && [key, label.toLowerCase()].includes(line.trim().toLowerCase());
