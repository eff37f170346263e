import {
  ensureCrossSigning,
  keyBackupState,
  renewRecoveryKey,
  resetCrossSigning,
  waitForKeyUpload,
  withPassword,
  type KeyBackupState,
  type KeyUploadClient,
  type RecoveryKeyHolder,
} from '@oracle-calls/matrix/cross-signing';
import {
  observeDeviceVerifications,
  requestDeviceVerification,
  type DeviceVerification,
  type VerificationClient,
} from '@oracle-calls/matrix/device-verification';
import { BearerSecret } from '@oracle-calls/protocol';

/** What a person has to do before this device can call. */
export type IdentityStep =
  | { readonly kind: 'ready' }
  /** A key was made. Show it until they have kept it, then tell {@link AccountIdentity.kept}. */
  | { readonly kind: 'keep-recovery-key'; readonly recoveryKey: string }
  /** The account has an identity that this device is not signed by. Without `canRecover` only a reset helps. */
  | { readonly kind: 'enter-recovery-key'; readonly canRecover: boolean };

/** Marks an account whose recovery key was made and not yet said to be kept. */
const UNKEPT_KEY = 'oracle-calls.recovery-key-unkept';

type UnkeptStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

type IdentityClient = VerificationClient & KeyUploadClient;

export interface AccountIdentityOptions {
  readonly client: IdentityClient;
  readonly holder: RecoveryKeyHolder;
  readonly userId: string;
  readonly storage: UnkeptStorage;
}

/** Cross-signing of the account that is signed in here. Every method throws `OracleCallError`. */
export class AccountIdentity {
  readonly #options: AccountIdentityOptions;

  constructor(options: AccountIdentityOptions) {
    this.#options = options;
  }

  /** Sets up what is missing, as far as it can be without the person. */
  async ensure(recoveryKey?: string): Promise<IdentityStep> {
    const { client, holder, userId, storage } = this.#options;
    const common = { holder, keep: this.#noteUnkept };
    const outcome = await ensureCrossSigning(client, {
      ...common,
      recoveryKey: recoveryKey === undefined ? undefined : new BearerSecret(recoveryKey, 'recovery key'),
    });
    if (outcome.state === 'recovery-key-needed') return { kind: 'enter-recovery-key', canRecover: outcome.canRecover };
    // The page went away before the key was kept: nobody has it, so another takes its place.
    const isUnkept = outcome.newRecoveryKey === undefined && storage.getItem(UNKEPT_KEY) === userId;
    const made = isUnkept ? await renewRecoveryKey(client, common) : outcome.newRecoveryKey;
    return made === undefined ? { kind: 'ready' } : { kind: 'keep-recovery-key', recoveryKey: made.expose() };
  }

  /** Makes another identity in place of the account's. Other devices and people are warned. */
  async reset(password: string): Promise<IdentityStep> {
    const { client, holder, userId } = this.#options;
    const authorise = withPassword(userId, new BearerSecret(password, 'password'));
    const made = await resetCrossSigning(client, { holder, authorise, keep: this.#noteUnkept });
    return { kind: 'keep-recovery-key', recoveryKey: made.expose() };
  }

  /** Another recovery key in place of the one there is, which opens nothing from then on. Show it until they have kept it. */
  async renew(): Promise<string> {
    const { client, holder } = this.#options;
    return (await renewRecoveryKey(client, { holder, keep: this.#noteUnkept })).expose();
  }

  /** Waits, bounded, until nothing is lost when this device goes; false when something would be. Never rejects. */
  async saveKeys(): Promise<boolean> {
    try {
      const upload = await waitForKeyUpload(this.#options.client);
      return upload.state === 'uploaded' || upload.remaining === 0;
    } catch {
      return false;
    }
  }

  /** Where the keys of transcripts go besides this device. */
  backup(): Promise<KeyBackupState> {
    return keyBackupState(this.#options.client);
  }

  /** On a new device: asks the account's other devices to confirm it. */
  askOtherDevice(): Promise<DeviceVerification> {
    return requestDeviceVerification(this.#options.client);
  }

  /** On a confirmed device: told when another one asks to be confirmed. */
  observeAsking(listener: (verification: DeviceVerification) => void): Disposable {
    return observeDeviceVerifications(this.#options.client, listener);
  }

  /** The person has kept the recovery key. */
  kept(): void {
    this.#options.storage.removeItem(UNKEPT_KEY);
  }

  readonly #noteUnkept = (): Promise<void> => {
    this.#options.storage.setItem(UNKEPT_KEY, this.#options.userId);
    return Promise.resolve();
  };
}
