import type { ReadableStream } from 'node:stream/web';
import type { AudioFrame } from '@livekit/rtc-node';
import { codeOf } from '@oracle-calls/protocol';
import type { Logger } from '@oracle-calls/protocol';
import type { CallContext } from '../brain/brain.ts';
import type { UserEyes } from '../sight/still.ts';
import type { ApproveTool } from '../tools/approval.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { earcon } from '../conversation/earcon.ts';
import { framesOf } from '../conversation/voice/frames.ts';
import type { ConversationObserver } from '../conversation/observer.ts';
import type { Speaker } from '@oracle-calls/node-media/seat';
import { floatToInt16 } from '@oracle-calls/node-media/pcm';
import type { JobTimeline } from './job-timeline.ts';

/** What is written before the conversation has started is answered then; nobody writes more in those seconds. */
const EARLY_MAX = 16;

/** Everything that a conversation in this call needs to know. */
export interface TalkOptions {
  readonly context: CallContext;
  /** Asks the user about a tool; absent where nobody can be asked. */
  readonly approve?: ApproveTool | undefined;
  /** Looks at what the user shows: for a conversation whose oracle has declared who sees it. */
  readonly eyes?: UserEyes | undefined;
  readonly speaker: Speaker;
  readonly observer: ConversationObserver;
  /** When the call ends at the latest, by the job's clock. */
  readonly endsAt: number;
  /** The conversation broke and will not answer any more. */
  readonly onFailed: (cause: unknown) => void;
  /** Aborts when the call is over. */
  readonly signal: AbortSignal;
}

/** Starts the conversation once the user is there; waits for what it needs until the call is over. */
export type StartConversation = (options: TalkOptions) => Promise<Conversation>;

export interface CallVoiceOptions extends TalkOptions {
  readonly startConversation: StartConversation;
  readonly timeline: JobTimeline;
  readonly log: Logger;
}

/** The oracle's voice in one call: the greeting, and then the conversation. */
export class CallVoice {
  readonly #options: CallVoiceOptions;
  #conversation: Promise<Conversation | undefined> | undefined;
  #userAudio: ReadableStream<AudioFrame> | undefined;
  /** Until the conversation has started: what was written meanwhile. */
  #early: string[] | undefined = [];
  /** One wish of the user's after the other. */
  #wishes: Promise<void> = Promise.resolve();

  constructor(options: CallVoiceOptions) {
    this.#options = options;
  }

  /** Says “I am here”, and starts the conversation. */
  async greet(): Promise<void> {
    const { speaker, timeline, startConversation, onFailed, signal, log } = this.#options;
    const sound = floatToInt16(earcon(speaker.sampleRate));
    let isFirst = true;
    for (const frame of framesOf(sound, speaker.sampleRate)) {
      await speaker.play(frame);
      if (isFirst) timeline.mark('earconSent');
      isFirst = false;
    }
    if (signal.aborted) return;
    // Only now: starting it would compete with the very first sound.
    this.#conversation = startConversation(this.#options).catch((cause: unknown) => {
      // Who hangs up while it starts has broken nothing.
      if (!signal.aborted) onFailed(cause);
      return undefined;
    });
    const conversation = await this.#conversation;
    if (conversation === undefined) return;
    timeline.mark('conversationReady');
    timeline.log(log);
    await this.#listen();
    await this.#readEarly(conversation);
  }

  /** Listens to this sound from now on, or from when the conversation has started. */
  async hear(stream: ReadableStream<AudioFrame>): Promise<void> {
    this.#userAudio = stream;
    await this.#listen();
  }

  /** Takes a written message as the user's turn; one after the other, and now or from when the conversation has started. */
  async write(text: string): Promise<void> {
    if (this.#early === undefined) {
      await this.#inTurn(async () => (await this.#conversation)?.write(text));
    } else if (this.#early.length < EARLY_MAX) {
      this.#early.push(text);
    }
  }

  async interrupt(): Promise<void> {
    // Not before what was written earlier.
    await this.#inTurn(async () => (await this.#conversation)?.interrupt());
  }

  async fallSilent(): Promise<void> {
    await (await this.#conversation)?.fallSilent();
  }

  async close(): Promise<void> {
    const conversation = await this.#conversation;
    await conversation?.close().catch((cause: unknown) => {
      this.#options.log.warn('closing the conversation failed', { code: codeOf(cause) });
    });
  }

  /** As one turn: each would interrupt the answer to the one before. */
  async #readEarly(conversation: Conversation): Promise<void> {
    const early = this.#early ?? [];
    this.#early = undefined;
    if (early.length === 0 || this.#options.signal.aborted) return;
    await this.#inTurn(() => conversation.write(early.join('\n')));
  }

  #inTurn(wish: () => Promise<void>): Promise<void> {
    const done = this.#wishes.then(wish);
    this.#wishes = done.catch(() => undefined);
    return done;
  }

  async #listen(): Promise<void> {
    const conversation = await this.#conversation;
    const stream = this.#userAudio;
    if (conversation === undefined || stream === undefined || this.#options.signal.aborted) return;
    this.#userAudio = undefined;
    await conversation.hear(stream);
  }
}
