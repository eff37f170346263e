import type { AudioFrame } from '@livekit/rtc-node';
import type { Speaker } from '@oracle-calls/node-media/seat';
import type { Clock } from '@oracle-calls/protocol';

/** As much as the real one queues, in ms. */
const QUEUE_MS = 200;

interface Queued {
  readonly frame: AudioFrame;
  readonly endsAt: number;
}

/** A speaker that plays in the time of a clock. */
export class FakeSpeaker implements Speaker {
  readonly sampleRate = 48_000;
  /** The first sample of every frame that was played to its end, in order. */
  readonly heard: number[] = [];
  cleared = 0;
  readonly #clock: Pick<Clock, 'now' | 'after'>;
  #queue: Queued[] = [];
  #timer: Disposable | undefined;
  #waiters: (() => void)[] = [];

  constructor(clock: Pick<Clock, 'now' | 'after'>) {
    this.#clock = clock;
  }

  get queuedMs(): number {
    return Math.max(0, (this.#queue.at(-1)?.endsAt ?? 0) - this.#clock.now());
  }

  async play(frame: AudioFrame): Promise<void> {
    const ms = (frame.samplesPerChannel / frame.sampleRate) * 1000;
    this.#queue.push({ frame, endsAt: this.#clock.now() + this.queuedMs + ms });
    this.#arm();
    while (this.queuedMs > QUEUE_MS) await this.#change();
  }

  async drained(): Promise<void> {
    while (this.#queue.length > 0) await this.#change();
  }

  clear(): void {
    this.cleared += 1;
    this.#queue = [];
    this.#wake();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  #arm(): void {
    if (this.#timer !== undefined) return;
    const [next] = this.#queue;
    if (next === undefined) return;
    this.#timer = this.#clock.after(Math.max(0, next.endsAt - this.#clock.now()), () => {
      this.#timer = undefined;
      while (this.#queue[0] !== undefined && this.#queue[0].endsAt <= this.#clock.now()) {
        this.heard.push(this.#queue.shift()?.frame.data[0] ?? 0);
      }
      this.#wake();
      this.#arm();
    });
  }
}
