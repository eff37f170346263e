import { codeOf } from '@oracle-calls/protocol';
import type { Brain, CallContext, Turn } from '../brain/brain.ts';
import type { ApproveTool } from '../tools/approval.ts';
import type { ToolDescription } from '../tools/tool-box.ts';
import { runCommand } from './console-commands.ts';
import { ConsoleUser } from './console-user.ts';
import { failureHint } from './failure-hint.ts';
import { TextConversation } from './text-conversation.ts';

export interface ConsoleOptions {
  readonly brain: Brain;
  /** What is typed, without line breaks. The console ends with it. */
  readonly lines: AsyncIterable<string>;
  readonly write: (text: string) => void;
  /** Somebody sits there: a line that comes during an answer interrupts it. Else lines wait for their turn. */
  readonly isInteractive: boolean;
  /** What the oracle may know. Whom it may ask is whoever sits here. */
  readonly context?: Omit<CallContext, 'user'> | undefined;
  /** For who asks what there is. */
  readonly tools?: readonly ToolDescription[] | undefined;
}

/**
 * Talks with a brain in lines of text: what is typed is the user's turn, `y` to a question about a tool allows it, a key chooses a quick reply, and a line that
 * begins with `/` is a command (`/help`). Gives what was said since the last `/new`.
 */
export async function runTextConsole(options: ConsoleOptions): Promise<readonly Turn[]> {
  return new TextConsole(options).run();
}

const YES = /^\s*y(?:es)?\s*$/i;

class TextConsole {
  readonly #options: ConsoleOptions;
  readonly #user: ConsoleUser;
  #context: CallContext;
  #talk: TextConversation;
  readonly #lines: AsyncIterator<string>;
  /** The line after the one that is being answered; `undefined` in it when there is none. */
  #pending: Promise<string | undefined> = Promise.resolve(undefined);

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#lines = options.lines[Symbol.asyncIterator]();
    this.#user = new ConsoleUser({ write: options.write, take: () => this.#take() });
    this.#context = { sessionId: 'text', ...options.context, user: this.#user };
    this.#talk = this.#call();
  }

  #call(): TextConversation {
    return new TextConversation(this.#options.brain, { context: this.#context, approve: this.#approve });
  }

  async run(): Promise<readonly Turn[]> {
    this.#pending = this.#next();
    for (;;) {
      this.#prompt();
      const line = await this.#take();
      if (line === undefined) return this.#talk.turns;
      if (line.trim() !== '' && (await this.#obey(line)) === 'quit') return this.#talk.turns;
    }
  }

  async #obey(line: string): Promise<'quit' | 'go-on'> {
    const { tools = [], write } = this.#options;
    const outcome = runCommand(line, { turns: this.#talk.turns, context: this.#context, tools });
    switch (outcome?.kind) {
      case undefined:
        await this.#answer(this.#user.said(line));
        return 'go-on';
      case 'told':
        write(`${outcome.text}\n`);
        return 'go-on';
      case 'language':
        this.#context = { ...this.#context, language: outcome.language };
        this.#talk = this.#call();
        write('A new call begins.\n');
        return 'go-on';
      case 'new-call':
        this.#talk = this.#call();
        write('A new call begins.\n');
        return 'go-on';
      case 'quit':
        return 'quit';
      default:
        return outcome satisfies never;
    }
  }

  async #answer(line: string): Promise<void> {
    const printing = this.#print(line);
    if (!this.#options.isInteractive) return printing;
    for (;;) {
      const watched = this.#pending;
      const first = await Promise.race([printing.then(() => 'answered'), watched.then(() => 'typed')]);
      if (first === 'answered') return;
      // Not when it was the answer to a question about a tool.
      if (watched === this.#pending) {
        this.#talk.interrupt();
        return printing;
      }
    }
  }

  async #print(line: string): Promise<void> {
    const { write } = this.#options;
    try {
      for await (const piece of this.#talk.say(line)) write(piece);
      write(this.#talk.turns.at(-1)?.isInterrupted === true ? ' —\n' : '\n');
    } catch (cause) {
      const code = codeOf(cause);
      write(
        `\n[${[`${code}: ${cause instanceof Error ? cause.message : 'unknown'}`, failureHint(code)].join(' ').trim()}]\n`,
      );
    }
  }

  readonly #approve: ApproveTool = async ({ tool, description, argumentsText }) => {
    this.#options.write(`\n[${tool}: ${description} ${argumentsText} Allow it? y/N] `);
    return YES.test((await this.#take()) ?? '');
  };

  #prompt(): void {
    if (this.#options.isInteractive) this.#options.write('> ');
  }

  #take(): Promise<string | undefined> {
    const line = this.#pending;
    this.#pending = line.then((text) => (text === undefined ? undefined : this.#next()));
    return line;
  }

  async #next(): Promise<string | undefined> {
    const { value, done } = await this.#lines.next();
    return done === true ? undefined : value;
  }
}
