import type { Clock } from '../clock.ts';
import { RESEND_FIRST_MS, RESEND_GROWTH, RESEND_LONGEST_MS } from './link-times.ts';

export interface ResenderOptions {
  readonly clock: Clock;
  /** What got no answer; `undefined` when nothing waits for one. */
  readonly unanswered: () => Uint8Array<ArrayBuffer> | undefined;
  readonly send: (frame: Uint8Array<ArrayBuffer>) => void;
  readonly overdue?: Overdue | undefined;
}

/** Called once when the same wait has lasted `maxMs`. */
export interface Overdue {
  readonly maxMs: number;
  /** The waits that are meant; of any other, sending again goes on. */
  readonly isMeant: () => boolean;
  readonly call: () => void;
}

/** Sends again what got no answer, less and less often, until it is answered or overdue. */
export class Resender implements Disposable {
  readonly #options: ResenderOptions;
  #timer: Disposable | undefined;
  #deadline: Disposable | undefined;
  #waitMs = RESEND_FIRST_MS;

  constructor(options: ResenderOptions) {
    this.#options = options;
  }

  /** Starts anew: something was just sent that wants an answer. */
  start(): void {
    this.stop();
    const { clock, overdue } = this.#options;
    this.#arm();
    if (overdue === undefined) return;
    this.#deadline = clock.after(overdue.maxMs, () => {
      if (!overdue.isMeant()) return;
      this.stop();
      overdue.call();
    });
  }

  stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#deadline?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#deadline = undefined;
    this.#waitMs = RESEND_FIRST_MS;
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  #arm(): void {
    this.#timer = this.#options.clock.after(this.#waitMs, () => {
      const frame = this.#options.unanswered();
      if (frame === undefined) {
        this.stop();
        return;
      }
      this.#waitMs = Math.min(this.#waitMs * RESEND_GROWTH, RESEND_LONGEST_MS);
      this.#options.send(frame);
      this.#arm();
    });
  }
}
