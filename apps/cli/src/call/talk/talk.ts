import type { LocalSound } from '@oracle-calls/node-media/sdk';
import type { Clock } from '@oracle-calls/protocol';
import type { OracleCall } from '@oracle-calls/sdk/core';
import type { OracleEar } from './oracle-ear.ts';
import type { SpeakingVoice } from './speaking-voice.ts';
import type { Utterance } from './utterance.ts';

/** An oracle says by a sound that it is there; one that greets with none is spoken to after this, in ms. */
const GREETING_MAX_MS = 5_000;
const GREETING_QUIET_MS = 800;
/** Recognition, thought and the first sentence take 2 s; on a busy machine some more. After this, in ms, none is coming. */
const ANSWER_MAX_MS = 30_000;
/** Between two sentences there may be a second while the next is made, in ms. */
const ANSWER_QUIET_MS = 1_500;

export interface TalkOptions {
  readonly call: Pick<OracleCall, 'whenLive' | 'sendChat'>;
  readonly clock: Clock;
  readonly microphone: LocalSound;
  readonly ear: OracleEar;
  /** Asked for at the first text that is spoken. */
  readonly voice: () => Promise<SpeakingVoice>;
  /** How texts are told. */
  readonly texts: 'spoken' | 'written';
  /** A text was written to the oracle. What is spoken comes back as a caption. */
  readonly wrote: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Tells the oracle one thing after the other; each waits for the answer to the one before to end. */
export class Talk {
  readonly #options: TalkOptions;
  #unanswered = 0;

  constructor(options: TalkOptions) {
    this.#options = options;
  }

  /** How many utterances got no answer in time. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Waits until the call is live and the oracle has said that it is there. @throws what `whenLive` does; `signal.reason` */
  async begin(): Promise<void> {
    const { call, clock, ear, signal } = this.#options;
    const since = clock.now();
    await call.whenLive();
    await ear.untilAnswered({ since, beginsWithinMs: GREETING_MAX_MS, quietMs: GREETING_QUIET_MS, signal });
  }

  /** Tells something and waits for the answer. @throws `signal.reason` */
  async tell(utterance: Utterance): Promise<void> {
    const { clock, ear, signal } = this.#options;
    await this.#say(utterance);
    const since = clock.now();
    const isAnswered = await ear.untilAnswered({
      since,
      beginsWithinMs: ANSWER_MAX_MS,
      quietMs: ANSWER_QUIET_MS,
      signal,
    });
    if (!isAnswered) this.#unanswered += 1;
  }

  /** Says sound as it comes, without waiting for answers but the last. @throws `signal.reason` */
  async stream(sound: AsyncIterable<Float32Array>): Promise<void> {
    const { microphone, signal } = this.#options;
    for await (const samples of sound) await microphone.play(samples, { signal });
    await this.tell({ kind: 'sound', samples: new Float32Array(0) });
  }

  async #say(utterance: Utterance): Promise<void> {
    const { call, microphone, voice, texts, wrote, signal } = this.#options;
    if (utterance.kind === 'sound') {
      await microphone.play(utterance.samples, { signal });
      return;
    }
    if (texts === 'written') {
      await call.sendChat(utterance.text);
      wrote(utterance.text);
      return;
    }
    const speaker = await voice();
    const samples = await speaker.speak(utterance.text, signal);
    await microphone.play(samples, { signal });
  }
}
