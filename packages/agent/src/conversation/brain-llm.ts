import { llm, shortuuid } from '@livekit/agents';
import type { APIConnectOptions } from '@livekit/agents';
import type { Brain, CallContext, Turn } from '../brain/brain.ts';
import { AnswerUsers } from '../asking/answer-user.ts';
import type { UserEyes } from '../sight/still.ts';
import { withStill } from '../sight/with-still.ts';
import type { ApproveTool } from '../tools/approval.ts';
import type { AnswerVoice } from './voice/answer-voice.ts';
import type { TurnRecord } from './turn-record.ts';
import type { TurnSettling } from './turn-settling.ts';

/** A local brain neither fails for want of a network nor gains by asking twice. */
const CONNECT_OPTIONS: APIConnectOptions = { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 60_000 };

/** What was said so far, as a brain sees it; the framework's own instructions are not its business. */
export function turnsOf(chat: llm.ChatContext): Turn[] {
  return chat.items.flatMap((item): Turn[] => {
    if (item.type !== 'message' || (item.role !== 'user' && item.role !== 'assistant')) return [];
    const text = item.textContent ?? '';
    if (text === '') return [];
    if (item.role === 'user') return [{ speaker: 'user', text }];
    // The framework keeps of an interrupted answer what was heard of it.
    return [{ speaker: 'oracle', text, ...(item.interrupted ? { isInterrupted: true } : {}) }];
  });
}

export interface BrainLlmOptions {
  /** Asks the call's user about a tool; without it, tools that need that are refused. */
  readonly approve?: ApproveTool | undefined;
  /** Looks at what the user shows, for an oracle that has declared who sees it. */
  readonly eyes?: UserEyes | undefined;
  /** When turns are over. Without it each turn is taken to be. */
  readonly settling?: TurnSettling | undefined;
  /** Is told when the brain is asked and when it begins to answer. */
  readonly record?: TurnRecord | undefined;
  /** Makes the first sentence of an answer ready that is begun early. */
  readonly voice?: Pick<AnswerVoice, 'rehearse'> | undefined;
}

class AnswerStream extends llm.LLMStream {
  readonly #brain: Brain;
  readonly #context: CallContext;
  readonly #options: BrainLlmOptions;
  readonly #users: AnswerUsers | undefined;

  constructor(
    owner: llm.LLM,
    brain: Brain,
    context: CallContext,
    options: BrainLlmOptions,
    users: AnswerUsers | undefined,
    args: ConstructorParameters<typeof llm.LLMStream>[1],
  ) {
    super(owner, args);
    this.#brain = brain;
    this.#context = context;
    this.#options = options;
    this.#users = users;
  }

  protected override async run(): Promise<void> {
    const id = shortuuid();
    const { signal } = this.abortController;
    const { settling, record, voice, eyes } = this.#options;
    const said = turnsOf(this.chatCtx);
    const settled = settling?.settledFor(said.findLast(({ speaker }) => speaker === 'user')?.text, signal);
    const say = (text: string): void => {
      // A line is complete, and spoken without waiting for what comes next; of a space the framework's filter would wait for more.
      if (!signal.aborted) this.queue.put({ id, delta: { role: 'assistant', content: `${text.trim()}\n` } });
    };
    const user = this.#users?.begin({ signal, settled, say });
    // With what it says as of now.
    const context = { ...this.#context, ...(user && { user }), ...(eyes && { eyes }) };
    const approve = this.#approveAloud(say);
    const times = record?.answerBegun();
    const rehearsal = settled === undefined ? undefined : voice?.rehearse();
    try {
      const turns = await withStill(said, this.#brain, context, signal);
      for await (const content of this.#brain.answer(turns, context, { signal, approve, settled })) {
        times?.pieceCame();
        rehearsal?.add(content);
        this.queue.put({ id, delta: { role: 'assistant', content } });
      }
      rehearsal?.end();
    } catch (cause) {
      // An interrupted answer is not an error.
      if (!signal.aborted) throw cause;
    }
  }

  /** While the user is to look at the screen, the oracle says so. */
  #approveAloud(say: (text: string) => void): ApproveTool | undefined {
    const { approve } = this.#options;
    return (
      approve &&
      ((request, signal) => {
        const isAllowed = approve(request, signal);
        if (request.spoken !== undefined) say(request.spoken);
        return isAllowed;
      })
    );
  }
}

/** A {@link Brain} as the framework's LLM. */
export class BrainLlm extends llm.LLM {
  readonly #brain: Brain;
  readonly #context: CallContext;
  readonly #options: BrainLlmOptions;
  readonly #users: AnswerUsers | undefined;

  constructor(brain: Brain, context: CallContext, options: BrainLlmOptions = {}) {
    super();
    this.#brain = brain;
    this.#context = context;
    this.#options = options;
    this.#users = context.user && new AnswerUsers(context.user);
  }

  override label(): string {
    return 'oracle-calls.brain';
  }

  override chat({ chatCtx, toolCtx, connOptions = CONNECT_OPTIONS }: Parameters<llm.LLM['chat']>[0]): llm.LLMStream {
    return new AnswerStream(this, this.#brain, this.#context, this.#options, this.#users, {
      chatCtx,
      connOptions,
      ...(toolCtx === undefined ? {} : { toolCtx: toolCtx as llm.ToolContext }),
    });
  }
}
