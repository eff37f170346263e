import type { Clock } from '@oracle-calls/protocol';
import type { CallNotice, CallSecurity, OracleCall } from '@oracle-calls/sdk/core';

/** Between two looks at the call's own statistics, in ms. */
const LOOK_EVERY_MS = 1_000;

/** Keeps what is true of a call only while it lasts: whether it was encrypted, and its security. */
export class CallWatch {
  readonly #call: OracleCall;
  readonly #clock: Clock;
  #isEncrypted = false;
  #security: CallSecurity | undefined;
  #hasBeenLive = false;

  constructor(call: OracleCall, clock: Clock) {
    this.#call = call;
    this.#clock = clock;
  }

  /** As of the last look. */
  get isEncrypted(): boolean {
    return this.#isEncrypted;
  }

  get security(): CallSecurity | undefined {
    return this.#security;
  }

  get hasBeenLive(): boolean {
    return this.#hasBeenLive;
  }

  hear(notice: CallNotice): void {
    if (notice.kind === 'state' && notice.state.kind === 'Live') this.#hasBeenLive = true;
    // Ending takes the padlock away.
    if (notice.kind === 'security' && !this.#isOver) this.#security = notice.security;
  }

  async look(): Promise<void> {
    const statistics = await this.#call.statistics().catch(() => undefined);
    if (statistics === undefined || this.#isOver) return;
    this.#isEncrypted = statistics.encrypted;
    this.#security = this.#call.security;
  }

  /** Looks until the signal aborts. */
  async keepLooking(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look();
      await this.#clock.sleep(LOOK_EVERY_MS, { signal }).catch(() => undefined);
    }
  }

  get #isOver(): boolean {
    return this.#call.state.kind === 'Ending' || this.#call.state.kind === 'Ended';
  }
}
