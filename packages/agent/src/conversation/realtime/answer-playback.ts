import { floatToInt16 } from '@oracle-calls/node-media/pcm';
import type { Speaker } from '@oracle-calls/node-media/seat';
import type { AudioFrame } from '@livekit/rtc-node';
import { ChangedRate } from '../../hosted/realtime/changed-rate.ts';
import { REALTIME_SAMPLE_RATE } from '../../hosted/realtime/speech-to-speech.ts';
import { framesOf } from '../voice/frames.ts';

/** Answers whose late sound is still refused: more than a model has under way. */
const MAX_STOPPED = 16;

/** What was heard of an answer that was stopped. */
export interface StoppedAnswer {
  readonly answerId: string;
  readonly heardMs: number;
}

export interface PlaybackFollower {
  /** The first sound of an answer is handed to the speaker. */
  readonly begun: () => void;
  /** Everything that was there has been played. */
  readonly silent: () => void;
}

/** Plays a model's answers, which come faster than they are spoken, and knows how much of one was heard. */
export class AnswerPlayback {
  readonly #speaker: Speaker;
  readonly #follower: PlaybackFollower;
  #rate: ChangedRate;
  #queue: { readonly answerId: string; readonly frame: AudioFrame }[] = [];
  /** The answer that was last handed to the speaker, and how much of it. */
  #last: { readonly answerId: string; handedMs: number } | undefined;
  #isAudible = false;
  #more = Promise.withResolvers<void>();
  #isPumping = false;
  readonly #stopped = new Set<string>();

  constructor(speaker: Speaker, follower: PlaybackFollower) {
    this.#speaker = speaker;
    this.#follower = follower;
    this.#rate = newRate(speaker);
  }

  /** Whether the answer was stopped: whatever still comes of it was never said. */
  isStopped(answerId: string): boolean {
    return this.#stopped.has(answerId);
  }

  /** Whether it is to be heard: sound of an answer that was stopped is not. */
  add(answerId: string, samples: Float32Array): boolean {
    if (this.isStopped(answerId)) return false;
    const { sampleRate } = this.#speaker;
    for (const frame of framesOf(floatToInt16(this.#rate.push(samples)), sampleRate)) {
      this.#queue.push({ answerId, frame });
    }
    this.#more.resolve();
    if (!this.#isPumping) void this.#pump();
    return true;
  }

  /** Falls silent at once. What was heard of the answer, when one was to be heard. */
  stop(): StoppedAnswer | undefined {
    const unheardMs = this.#speaker.queuedMs;
    const last = this.#last;
    for (const { answerId } of this.#queue) this.#refuse(answerId);
    this.#queue = [];
    this.#rate = newRate(this.#speaker);
    if (!this.#isAudible || last === undefined) return undefined;
    this.#isAudible = false;
    this.#refuse(last.answerId);
    this.#speaker.clear();
    return { answerId: last.answerId, heardMs: Math.max(0, last.handedMs - unheardMs) };
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const { answerId, frame } = next;
      if (this.#last?.answerId !== answerId) {
        this.#last = { answerId, handedMs: 0 };
        this.#follower.begun();
      }
      this.#last.handedMs += (1_000 * frame.samplesPerChannel) / frame.sampleRate;
      this.#isAudible = true;
      await this.#speaker.play(frame);
      if (this.#queue.length > 0) continue;
      this.#more = Promise.withResolvers();
      await Promise.race([this.#speaker.drained(), this.#more.promise]);
    }
    this.#isPumping = false;
    if (!this.#isAudible) return;
    this.#isAudible = false;
    this.#follower.silent();
  }

  #refuse(answerId: string): void {
    this.#stopped.add(answerId);
    const [oldest] = this.#stopped;
    if (this.#stopped.size > MAX_STOPPED && oldest !== undefined) this.#stopped.delete(oldest);
  }
}

const newRate = ({ sampleRate }: Speaker): ChangedRate => new ChangedRate(REALTIME_SAMPLE_RATE, sampleRate);
