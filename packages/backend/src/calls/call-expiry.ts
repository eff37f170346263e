import type { Clock } from '@oracle-calls/protocol';
import type { BackgroundWork } from '../background/background-work.ts';
import type { Deadlines } from '../deadlines/deadlines.ts';
import type { Store } from '../store/store.ts';
import type { Call } from './call.ts';
import type { CallObserver, CallService } from './call-service.ts';

export interface CallExpiryDeps {
  readonly store: Store;
  readonly calls: CallService;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly background: BackgroundWork;
  readonly maxCallMs: number;
}

/** Ends as `expired` what nobody else ended in time. */
export class CallExpiry implements CallObserver {
  readonly #deps: CallExpiryDeps;

  constructor(deps: CallExpiryDeps) {
    this.#deps = deps;
  }

  onAccepted(call: Call): void {
    const { calls, clock, deadlines, background, maxCallMs } = this.#deps;
    const leftMs = call.acceptedAt + maxCallMs - clock.now();
    deadlines.set(`expire:${call.callId}`, leftMs, () => {
      background.run('expire', () => calls.end(call, 'expired', 'backend'));
    });
  }

  onEnded(call: Call): void {
    this.#deps.deadlines.clear(`expire:${call.callId}`);
  }

  /** Takes up the calls of an earlier life of the process. */
  async resume(): Promise<void> {
    for (const call of await this.#deps.store.calls.listLive()) this.onAccepted(call);
  }
}
