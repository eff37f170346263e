import type { CallId, Clock } from '@oracle-calls/protocol';

/**
 * How long the envelope of a call event that has just come is kept at hand, in milliseconds: an agent that is under way claims its call
 * within a second. Kept in memory alone; later, and for whoever asks again, the homeserver is asked.
 */
export const FRESH_ENVELOPE_MS = 5_000;

interface FreshEnvelope {
  readonly encryptionKey: string;
  readonly forgetting: Disposable;
}

/** Envelopes of call events as Matrix delivered them a moment ago: they need not be fetched again for the first to ask. */
export class FreshEnvelopes implements Disposable {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #envelopes = new Map<CallId, FreshEnvelope>();

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock;
  }

  keep(callId: CallId, encryptionKey: string): void {
    this.forget(callId);
    const forgetting = this.#clock.after(FRESH_ENVELOPE_MS, () => this.forget(callId));
    this.#envelopes.set(callId, { encryptionKey, forgetting });
  }

  /** Gives the envelope, once. */
  take(callId: CallId): string | undefined {
    const encryptionKey = this.#envelopes.get(callId)?.encryptionKey;
    this.forget(callId);
    return encryptionKey;
  }

  forget(callId: CallId): void {
    this.#envelopes.get(callId)?.forgetting[Symbol.dispose]();
    this.#envelopes.delete(callId);
  }

  [Symbol.dispose](): void {
    for (const callId of [...this.#envelopes.keys()]) this.forget(callId);
  }
}
