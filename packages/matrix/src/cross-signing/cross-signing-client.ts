/**
 * The part of `matrix-js-sdk` 43 that setting up cross-signing uses, as structure: a `MatrixClient` whose rust crypto is
 * initialised, which was started, and which was made with the `cryptoCallbacks` of a `RecoveryKeyHolder`, fits it.
 */
import type { SdkClient } from '../js-sdk/sdk-client.ts';
import type { SecretStorageKeyDescriptionAesV1 } from 'matrix-js-sdk/lib/secret-storage.js';

/** One request that the homeserver may want to be authorised for (Matrix spec, "User-Interactive Authentication API"). */
export type AuthorisedRequest = (auth: AuthorisationStage | null) => Promise<void>;

export interface AuthorisationStage {
  readonly type: string;
  readonly session?: string;
  readonly identifier?: { readonly type: string; readonly user: string };
  readonly password?: string;
}

export interface NewStorageKey {
  readonly privateKey: Uint8Array<ArrayBuffer>;
  readonly encodedPrivateKey?: string;
}

export interface CrossSigningCrypto {
  /** Asks the homeserver for this account's keys. */
  userHasCrossSigningKeys(userId: string, downloadUncached: boolean): Promise<boolean>;
  getDeviceVerificationStatus(
    userId: string,
    deviceId: string,
  ): Promise<{ readonly crossSigningVerified: boolean } | null>;
  getCrossSigningStatus(): Promise<{
    readonly privateKeysInSecretStorage: boolean;
    readonly privateKeysCachedLocally: {
      readonly masterKey: boolean;
      readonly selfSigningKey: boolean;
      readonly userSigningKey: boolean;
    };
  }>;
  crossSignDevice(deviceId: string): Promise<void>;
  createRecoveryKeyFromPassphrase(): Promise<NewStorageKey>;
  /** Also puts the backup's private key there, when this device has it. */
  bootstrapSecretStorage(options: {
    readonly createSecretStorageKey?: () => Promise<NewStorageKey>;
    readonly setupNewSecretStorage?: boolean;
  }): Promise<void>;
  bootstrapCrossSigning(options: {
    readonly setupNewCrossSigning?: boolean;
    readonly authUploadDeviceSigningKeys?: (makeRequest: AuthorisedRequest) => Promise<void>;
  }): Promise<void>;
  /** Asks the homeserver for its newest backup and uploads to it when it is trusted; `null` for none, and for no answer. */
  checkKeyBackupAndEnable(): Promise<{
    readonly trustInfo: { readonly trusted: boolean; readonly matchesDecryptionKey: boolean };
  } | null>;
  /** Deletes every backup and makes another, signed by the identity, its private key in secret storage. */
  resetKeyBackup(): Promise<void>;
  /** Rejects when secret storage has no key, or not that of the newest backup. */
  loadSessionBackupPrivateKeyFromSecretStorage(): Promise<void>;
  restoreKeyBackup(): Promise<unknown>;
}

export interface CrossSigningClient extends Pick<SdkClient, 'http' | 'on' | 'off' | 'getSyncState' | 'getAccountData'> {
  readonly secretStorage: {
    getKey(): Promise<readonly [string, SecretStorageKeyDescriptionAesV1] | null>;
    checkKey(key: Uint8Array<ArrayBuffer>, info: SecretStorageKeyDescriptionAesV1): Promise<boolean>;
  };
  getUserId(): string | null;
  getDeviceId(): string | null;
  getCrypto(): CrossSigningCrypto | undefined;
}
