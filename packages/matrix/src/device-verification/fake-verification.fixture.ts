import type { EncodeRecoveryKey } from '../cross-signing/fake-account.fixture.ts';
import { FakeAccount, FakeDevice } from '../cross-signing/fake-account.fixture.ts';
import { RecoveryKeyHolder } from '../cross-signing/recovery-key-holder.ts';
import type {
  SdkVerificationRequest,
  SdkVerifier,
  VerificationClient,
  VerificationCrypto,
} from './verification-client.ts';

const PICTURES = [
  ['🐶', 'Dog'],
  ['🔑', 'Key'],
] as const;

/** One end of a request, as the SDK shows it; the test plays the other end. */
export class FakeRequest implements SdkVerificationRequest {
  phase: SdkVerificationRequest['phase'] = 2;
  isSelfVerification = true;
  readonly initiatedByMe: boolean;
  otherDeviceId: string | undefined = 'OTHER';
  verifier: FakeVerifier | undefined;
  cancellationCode: string | null = null;
  /** What the module has done, in order. */
  readonly done: string[] = [];
  isBroken = false;
  readonly #listeners = new Set<() => void>();

  constructor(initiatedByMe: boolean) {
    this.initiatedByMe = initiatedByMe;
  }

  get listenerCount(): number {
    return this.#listeners.size + (this.verifier?.listenerCount ?? 0);
  }

  on = (_event: string, listener: () => void): unknown => this.#listeners.add(listener);
  off = (_event: string, listener: () => void): unknown => this.#listeners.delete(listener);

  accept(): Promise<void> {
    this.done.push('accept');
    return this.isBroken ? Promise.reject(new Error('gone')) : Promise.resolve();
  }

  cancel(): Promise<void> {
    this.done.push('cancel');
    return Promise.resolve();
  }

  startVerification(method: string): Promise<SdkVerifier> {
    this.done.push(`start ${method}`);
    if (this.isBroken) return Promise.reject(new Error('gone'));
    this.begin();
    return Promise.resolve(this.verifier as FakeVerifier);
  }

  /** The SDK comes to a phase. */
  come(phase: SdkVerificationRequest['phase'], cancellationCode: string | null = null): void {
    this.phase = phase;
    this.cancellationCode = cancellationCode;
    for (const listener of [...this.#listeners]) listener();
  }

  /** One of the two has started. */
  begin(): void {
    this.verifier ??= new FakeVerifier(this);
    this.come(4);
  }
}

export class FakeVerifier implements SdkVerifier {
  readonly #request: FakeRequest;
  readonly #listeners = new Set<() => void>();
  #isShown = false;

  constructor(request: FakeRequest) {
    this.#request = request;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  on = (_event: string, listener: () => void): unknown => this.#listeners.add(listener);
  off = (_event: string, listener: () => void): unknown => this.#listeners.delete(listener);

  verify(): Promise<void> {
    this.#request.done.push('verify');
    return new Promise(() => undefined);
  }

  getShowSasCallbacks() {
    if (!this.#isShown) return null;
    return {
      sas: { emoji: PICTURES },
      confirm: (): Promise<void> => {
        this.#request.done.push('confirm');
        return Promise.resolve();
      },
      mismatch: (): void => void this.#request.done.push('mismatch'),
    };
  }

  show(): void {
    this.#isShown = true;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A device whose crypto can be asked to verify. */
export function verifyingDevice(encode: EncodeRecoveryKey, account = new FakeAccount(), deviceId?: string) {
  const holder = new RecoveryKeyHolder();
  const device = new FakeDevice(account, holder, encode, deviceId);
  const request = new FakeRequest(true);
  const waiting: FakeRequest[] = [];
  const listeners = new Map<string, Set<(...facts: never[]) => void>>();
  const crypto: VerificationCrypto = Object.assign(device.crypto, {
    requestOwnUserVerification: () => Promise.resolve(request),
    getVerificationRequestsToDeviceInProgress: () => waiting,
  });
  const client: VerificationClient = {
    http: device.http,
    secretStorage: device.secretStorage,
    getSyncState: device.getSyncState,
    getAccountData: device.getAccountData,
    getUserId: device.getUserId,
    getDeviceId: device.getDeviceId,
    getCrypto: () => crypto,
    on: (notice, listener) => listeners.set(notice, (listeners.get(notice) ?? new Set()).add(listener)),
    off: (notice, listener) => listeners.get(notice)?.delete(listener),
  };
  const emit = (notice: string, ...facts: unknown[]): void => {
    for (const listener of [...(listeners.get(notice) ?? [])]) Reflect.apply(listener, undefined, facts);
  };
  const listenerCount = (): number => [...listeners.values()].reduce((sum, { size }) => sum + size, 0);
  return { account, device, holder, client, request, waiting, emit, listenerCount };
}
