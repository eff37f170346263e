import type { Clock } from '../clock.ts';
import type { RefusedOutcome } from '../handshake/handshake-frame.ts';
import { PREVIOUS_KEY_GRACE_MS, type RekeyOutcome, type RekeyStep } from '../rekey/rekey-step.ts';
import type { LinkKeys } from './link-keys.ts';

export interface RekeyDriverOptions {
  readonly clock: Clock;
  readonly keys: LinkKeys;
  readonly attempt: number;
  readonly peerIdentity: string;
  readonly send: (frame: Uint8Array<ArrayBuffer>) => void;
  /** Sending goes on under this epoch. */
  readonly switched: (epoch: number) => void;
  /** The grace of an epoch has passed; what the rekey says to it is performed next. */
  readonly graceOver: (epoch: number) => void;
}

/** Performs what a rekey says, step by step, in the order given. */
export class RekeyDriver implements Disposable {
  readonly #options: RekeyDriverOptions;
  readonly #graces = new Map<number, Disposable>();

  constructor(options: RekeyDriverOptions) {
    this.#options = options;
  }

  /** The refusal, when the outcome is one. @throws {OracleCallError} when a key cannot be installed */
  async perform(outcome: RekeyOutcome): Promise<RefusedOutcome | undefined> {
    if (outcome.kind === 'refused') return outcome;
    if (outcome.kind === 'steps') for (const step of outcome.steps) await this.#step(step);
    return undefined;
  }

  [Symbol.dispose](): void {
    for (const timer of this.#graces.values()) timer[Symbol.dispose]();
    this.#graces.clear();
  }

  async #step(step: RekeyStep): Promise<void> {
    const { clock, keys, attempt, peerIdentity, send, switched, graceOver } = this.#options;
    switch (step.do) {
      case 'install-receive':
        return await keys.installReceiving(peerIdentity, step.keys);
      case 'send':
        return send(step.frame);
      case 'switch-send':
        await keys.switchSending(step.keys);
        return switched(step.keys.epoch);
      case 'start-grace':
        this.#graces.get(step.epoch)?.[Symbol.dispose]();
        this.#graces.set(
          step.epoch,
          clock.after(PREVIOUS_KEY_GRACE_MS, () => {
            this.#graces.delete(step.epoch);
            graceOver(step.epoch);
          }),
        );
        return undefined;
      case 'retire':
        return await keys.retire({ attempt, epoch: step.epoch });
    }
  }
}
