import type { DeviceVerification } from '@oracle-calls/matrix/device-verification';
import { Store } from '../store/store.ts';

/** Who tells of devices that ask. */
export interface AskingSource {
  observeAsking(listener: (verification: DeviceVerification) => void): Disposable;
}

/** New devices that ask this one to confirm them: one at a time, the last to ask. */
export class AskingDevices extends Store<DeviceVerification | undefined> {
  #observation: Disposable | undefined;

  constructor() {
    super(undefined);
  }

  follow(source: AskingSource): void {
    this.#observation?.[Symbol.dispose]();
    this.#observation = source.observeAsking((verification) => this.#ask(verification));
  }

  /** Away with the one that is shown; what is not over yet is declined. */
  dismiss(): void {
    this.value?.[Symbol.dispose]();
    this.set(undefined);
  }

  unfollow(): void {
    this.#observation?.[Symbol.dispose]();
    this.#observation = undefined;
    this.dismiss();
  }

  #ask(verification: DeviceVerification): void {
    const before = this.value;
    // Somebody who compares pictures is not interrupted: the newcomer can ask again.
    if (before !== undefined && !['Asked', 'Verified', 'Ended'].includes(before.state.kind)) {
      verification[Symbol.dispose]();
      return;
    }
    before?.[Symbol.dispose]();
    this.set(verification);
    void verification.whenOver().then(({ kind, ...end }) => {
      if (this.value !== verification || kind !== 'Ended') return;
      // Nobody did anything here, and nothing is left to do.
      const isSilent = 'reason' in end && (end.reason === 'accepted-elsewhere' || end.reason === 'declined');
      if (isSilent && !this.#hasBegun.has(verification)) this.set(undefined);
    });
    verification.observe(({ kind }) => {
      if (kind === 'Agreeing') this.#hasBegun.add(verification);
    });
  }

  readonly #hasBegun = new WeakSet<DeviceVerification>();
}
