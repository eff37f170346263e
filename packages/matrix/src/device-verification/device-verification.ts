import { systemClock, type Clock } from '@oracle-calls/protocol';
import { cryptoOf, readState } from '../cross-signing/account-state.ts';
import { receiveSecrets } from './receive-secrets.ts';
import {
  CANCELLED,
  DONE,
  READY,
  SAS_METHOD,
  STARTED,
  type SdkSas,
  type SdkVerificationRequest,
  type SdkVerifier,
  type VerificationClient,
  type VerificationCrypto,
} from './verification-client.ts';
import {
  stepVerification,
  type DeviceVerificationState,
  type VerificationEnd,
  type VerificationInput,
} from './verification-machine.ts';

/** Somebody has to find the other device and look at it; the Matrix spec lets a request live ten minutes. In ms. */
export const VERIFICATION_LIMIT_MS = 600_000;

export interface VerificationOptions {
  readonly clock?: Clock | undefined;
}

/** One verification, as an application shows it. Its methods do nothing in states in which they mean nothing. */
export interface DeviceVerification extends Disposable {
  readonly state: DeviceVerificationState;
  /** Hears every change from now on. Dispose to stop. */
  observe(listener: (state: DeviceVerificationState) => void): Disposable;
  /** The signed device's person wants to help the new one. */
  accept(): void;
  /** The person says that both devices show the same pictures. */
  confirm(): void;
  /** The person says that they do not: nothing is signed, and both devices are told. */
  mismatch(): void;
  cancel(): void;
  /** Resolves in `Verified` or `Ended`. */
  whenOver(): Promise<DeviceVerificationState & { readonly kind: 'Verified' | 'Ended' }>;
}

/** Why the SDK ended it (Matrix spec, "m.key.verification.cancel"). */
const ENDS: Readonly<Record<string, VerificationEnd>> = {
  'm.user': 'declined',
  'm.timeout': 'timeout',
  'm.accepted': 'accepted-elsewhere',
  'm.mismatched_sas': 'mismatch',
  'm.mismatched_commitment': 'mismatch',
  'm.key_mismatch': 'mismatch',
};

/** {@link DeviceVerification} over a request of the SDK. */
export class RequestedVerification implements DeviceVerification {
  readonly #client: VerificationClient;
  readonly #crypto: VerificationCrypto;
  readonly #clock: Clock;
  readonly #request: SdkVerificationRequest;
  readonly #isNewDevice: boolean;
  readonly #listeners = new Set<(state: DeviceVerificationState) => void>();
  readonly #over = Promise.withResolvers<DeviceVerificationState & { readonly kind: 'Verified' | 'Ended' }>();
  readonly #abort = new AbortController();
  readonly #expiry: Disposable;
  #state: DeviceVerificationState;
  #sas: SdkSas | undefined;
  #hasStarted = false;
  #verifier: SdkVerifier | undefined;

  constructor(
    client: VerificationClient,
    request: SdkVerificationRequest,
    { clock = systemClock }: VerificationOptions = {},
  ) {
    this.#client = client;
    this.#crypto = cryptoOf(client);
    this.#clock = clock;
    this.#request = request;
    this.#isNewDevice = request.initiatedByMe;
    this.#state = this.#isNewDevice ? { kind: 'Waiting' } : { kind: 'Asked', deviceId: request.otherDeviceId };
    this.#expiry = clock.after(VERIFICATION_LIMIT_MS, () => this.#end('timeout'));
    request.on('change', this.#onChange);
    this.#onChange();
  }

  get state(): DeviceVerificationState {
    return this.#state;
  }

  observe(listener: (state: DeviceVerificationState) => void): Disposable {
    const own = (state: DeviceVerificationState): void => listener(state);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  accept(): void {
    if (this.#state.kind !== 'Asked') return;
    this.#step({ kind: 'accepted' });
    this.#run(this.#request.accept());
  }

  confirm(): void {
    if (this.#state.kind !== 'Comparing' || this.#sas === undefined) return;
    this.#step({ kind: 'saidSame' });
    this.#run(this.#sas.confirm());
  }

  mismatch(): void {
    if (this.#state.kind !== 'Comparing') return;
    this.#sas?.mismatch();
    this.#step({ kind: 'ended', reason: 'mismatch' });
  }

  cancel(): void {
    this.#end('cancelled');
  }

  whenOver(): Promise<DeviceVerificationState & { readonly kind: 'Verified' | 'Ended' }> {
    return this.#over.promise;
  }

  [Symbol.dispose](): void {
    this.cancel();
    this.#listeners.clear();
  }

  readonly #onChange = (): void => {
    const { phase, verifier, cancellationCode } = this.#request;
    if (phase === CANCELLED) {
      this.#step({ kind: 'ended', reason: ENDS[cancellationCode ?? ''] ?? 'failed' });
      return;
    }
    // Whoever is asked is in nothing until their person has said yes.
    if (this.#state.kind === 'Asked') return;
    if (phase === READY || phase === STARTED) this.#step({ kind: 'accepted' });
    // The new device begins, so that the two do not begin at once.
    if (phase === READY && this.#isNewDevice && !this.#hasStarted) {
      this.#hasStarted = true;
      this.#run(this.#request.startVerification(SAS_METHOD));
    }
    if (verifier !== undefined && this.#verifier === undefined) {
      this.#verifier = verifier;
      verifier.on('show_sas', this.#onChange);
      // Also settles what comes of it, which the request tells as well.
      verifier.verify().catch(() => undefined);
    }
    const sas = verifier?.getShowSasCallbacks() ?? undefined;
    if (sas?.sas.emoji !== undefined) {
      this.#sas = sas;
      this.#step({ kind: 'shown', emoji: sas.sas.emoji.map(([symbol, name]) => ({ symbol, name })) });
    }
    if (phase === DONE) this.#finish();
  };

  #finish(): void {
    if (this.#state.kind !== 'Confirming') return;
    this.#step({ kind: 'done', isNewDevice: this.#isNewDevice });
    if (!this.#isNewDevice) return;
    const options = { clock: this.#clock, signal: this.#abort.signal };
    this.#run(
      receiveSecrets(this.#client, this.#crypto, options).then(async (received) => {
        // The signed device may have had no keys to sign with.
        const isSigned = (await readState(this.#client, this.#crypto)) === 'ready';
        this.#step(isSigned ? { kind: 'received', received } : { kind: 'ended', reason: 'failed' });
      }),
    );
  }

  /** Work whose failure ends the verification, unless it is over. */
  #run(work: Promise<unknown>): void {
    work.catch(() => this.#end('failed'));
  }

  #end(reason: VerificationEnd): void {
    if (isOver(this.#state)) return;
    const { phase } = this.#request;
    if (phase !== DONE && phase !== CANCELLED) this.#request.cancel().catch(() => undefined);
    this.#step({ kind: 'ended', reason });
  }

  #step(input: VerificationInput): void {
    const next = stepVerification(this.#state, input);
    if (next === this.#state) return;
    this.#state = next;
    if (isOver(next)) {
      this.#expiry[Symbol.dispose]();
      this.#request.off('change', this.#onChange);
      this.#verifier?.off('show_sas', this.#onChange);
      this.#abort.abort(new Error('The verification is over.'));
      this.#over.resolve(next);
    }
    for (const listener of [...this.#listeners]) listener(next);
  }
}

function isOver(
  state: DeviceVerificationState,
): state is DeviceVerificationState & { readonly kind: 'Verified' | 'Ended' } {
  return state.kind === 'Verified' || state.kind === 'Ended';
}
