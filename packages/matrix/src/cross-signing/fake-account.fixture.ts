import { connectionError, FakeMatrixError } from '../js-sdk/fake-sdk-client.fixture.ts';
import type { CrossSigningClient, CrossSigningCrypto } from './cross-signing-client.ts';
import type { RecoveryKeyHolder } from './recovery-key-holder.ts';

/** The SDK's own, which a fixture may not import: the test hands it over. */
export type EncodeRecoveryKey = (key: Uint8Array) => string | undefined;

export const OWN_DEVICE = 'DEVICE';
const ALICE = '@alice:localhost';
const SECRET = 'm.cross_signing.master';

/** What the homeserver keeps of one account. */
export class FakeAccount {
  /** The number of the identity whose public keys are published. */
  identity: number | undefined;
  readonly signedDevices = new Set<string>();
  /** Secret storage: the identity whose private keys it holds, under which key. */
  storage:
    { readonly keyId: string; readonly key: string; identity: number | undefined; backupKey?: number } | undefined;
  /** The newest backup: the number of its key pair, and the identity whose signature it bears. */
  backup: { readonly version: number; readonly keyPair: number; readonly signedBy: number | undefined } | undefined;
  /** What new keys need when there are some already. */
  password = 'password';
  /** In the order in which they happened. */
  readonly steps: string[] = [];
  #count = 0;

  next(): number {
    this.#count += 1;
    return this.#count;
  }
}

/** One device of the account, as far as the SDK's crypto matters to cross-signing. */
export class FakeDevice implements CrossSigningClient {
  /** The identity whose private keys are in the device's store. */
  privateKeys: number | undefined;
  readonly account: FakeAccount;
  readonly #deviceId: string;
  readonly #holder: RecoveryKeyHolder;
  readonly #encode: EncodeRecoveryKey;
  isInterrupted: 'before-upload' | 'before-signature' | undefined;
  /** The backup's private key, when the device has it. */
  backupKey: number | undefined;
  /** The key pair that room keys are encrypted to. */
  uploadsTo: number | undefined;
  /** Backups that room keys were restored from. */
  readonly restoredFrom: number[] = [];
  isBackupUnanswered = false;
  /** So many looks at the own device still show what was there before it was signed. */
  staleLooks = 0;
  /** So many signatures of this device come before its keys, and are thrown away without a word. */
  earlySignatures = 0;

  constructor(account: FakeAccount, holder: RecoveryKeyHolder, encode: EncodeRecoveryKey, deviceId = OWN_DEVICE) {
    this.account = account;
    this.#holder = holder;
    this.#encode = encode;
    this.#deviceId = deviceId;
  }

  /** So many requests to the homeserver pass before a sync brings its account data. */
  staleSyncs = 0;
  get #synced(): FakeAccount['storage'] {
    return this.staleSyncs > 0 ? undefined : this.account.storage;
  }

  getAccountData: CrossSigningClient['getAccountData'] = () => {
    const content = this.#synced === undefined ? {} : { key: this.#synced.keyId };
    // Nothing else is asked of it.
    return { getOriginalContent: () => content } as never;
  };

  readonly secretStorage: CrossSigningClient['secretStorage'] = {
    getKey: () => {
      const storage = this.#synced;
      const description = { algorithm: 'm.secret_storage.v1.aes-hmac-sha2', name: '', iv: '', mac: '' };
      // The fake knows the key itself, so that the description needs no passphrase.
      return Promise.resolve(storage === undefined ? null : [storage.keyId, description as never]);
    },
    checkKey: (key) => Promise.resolve(this.#encode(key) === this.account.storage?.key),
  };

  readonly http: CrossSigningClient['http'] = {
    authedRequest: (_method, path) => {
      if (path === `/user/${encodeURIComponent(ALICE)}/account_data/m.secret_storage.default_key`) {
        if (this.account.storage === undefined) return Promise.reject(new FakeMatrixError(404, 'M_NOT_FOUND'));
        const answer = { key: this.account.storage.keyId };
        return Promise.resolve(answer).finally(() => (this.staleSyncs -= 1));
      }
      if (this.isBackupUnanswered) return Promise.reject(connectionError());
      if (path === '/room_keys/version' && this.account.backup !== undefined) return Promise.resolve({});
      return Promise.reject(new FakeMatrixError(404, 'M_NOT_FOUND'));
    },
  };

  syncState: string | null = 'SYNCING';
  readonly #listeners = new Set<() => void>();
  getSyncState = (): string | null => this.syncState;
  on = (_notice: string, listener: () => void): unknown => this.#listeners.add(listener);
  off = (_notice: string, listener: () => void): unknown => this.#listeners.delete(listener);
  /** The homeserver has answered a sync. */
  hear(): void {
    this.syncState = 'SYNCING';
    for (const listener of [...this.#listeners]) listener();
  }

  getUserId = (): string => ALICE;
  getDeviceId = (): string => this.#deviceId;
  getCrypto = (): CrossSigningCrypto => this.crypto;

  readonly crypto: CrossSigningCrypto = {
    userHasCrossSigningKeys: () => Promise.resolve(this.account.identity !== undefined),
    getDeviceVerificationStatus: (_userId, deviceId) => {
      const isSigned = this.account.signedDevices.has(deviceId);
      const isStale = isSigned && this.staleLooks > 0;
      if (isStale) this.staleLooks -= 1;
      return Promise.resolve({ crossSigningVerified: isSigned && !isStale });
    },
    getCrossSigningStatus: () => {
      const has = this.privateKeys !== undefined;
      return Promise.resolve({
        privateKeysInSecretStorage: this.account.storage?.identity !== undefined,
        privateKeysCachedLocally: { masterKey: has, selfSigningKey: has, userSigningKey: has },
      });
    },
    crossSignDevice: (deviceId) => {
      if (this.earlySignatures > 0) {
        this.earlySignatures -= 1;
        return Promise.resolve();
      }
      if (this.privateKeys === this.account.identity) this.account.signedDevices.add(deviceId);
      return Promise.resolve();
    },
    createRecoveryKeyFromPassphrase: () => {
      const privateKey = crypto.getRandomValues(new Uint8Array(32));
      const encodedPrivateKey = this.#encode(privateKey);
      return Promise.resolve({ privateKey, ...(encodedPrivateKey === undefined ? {} : { encodedPrivateKey }) });
    },
    bootstrapSecretStorage: async ({ createSecretStorageKey }) => {
      if (createSecretStorageKey === undefined) return await this.#storeBackupKey();
      const { privateKey, encodedPrivateKey = '' } = await createSecretStorageKey();
      const keyId = `key-${this.account.next()}`;
      this.account.steps.push('storage');
      this.account.storage = { keyId, key: encodedPrivateKey, identity: this.privateKeys };
      this.#holder.cryptoCallbacks.cacheSecretStorageKey(keyId, {}, privateKey);
      if (this.backupKey !== undefined && this.backupKey === this.account.backup?.keyPair) await this.#storeBackupKey();
    },
    bootstrapCrossSigning: async ({ setupNewCrossSigning = false, authUploadDeviceSigningKeys }) => {
      await this.#openStorage();
      if (!setupNewCrossSigning) {
        this.privateKeys = this.account.storage?.identity;
        return await this.crypto.crossSignDevice(this.#deviceId);
      }
      this.privateKeys = this.account.next();
      if (this.account.storage !== undefined) this.account.storage.identity = this.privateKeys;
      this.account.steps.push('private keys stored');
      if (this.isInterrupted === 'before-upload') throw new Error('gone');
      await authUploadDeviceSigningKeys?.((auth) => this.#upload(auth));
      if (this.isInterrupted === 'before-signature') throw new Error('gone');
      await this.crypto.crossSignDevice(this.#deviceId);
    },
    // As the SDK: it uploads to a backup that the identity signed, or whose private key it has, and to no other.
    checkKeyBackupAndEnable: () => {
      const { backup, signedDevices, identity } = this.account;
      this.uploadsTo = undefined;
      if (backup === undefined || this.isBackupUnanswered) return Promise.resolve(null);
      const trusted = backup.signedBy === identity && signedDevices.has(this.#deviceId);
      const matchesDecryptionKey = backup.keyPair === this.backupKey;
      if (trusted || matchesDecryptionKey) this.uploadsTo = backup.keyPair;
      return Promise.resolve({ trustInfo: { trusted, matchesDecryptionKey } });
    },
    resetKeyBackup: async () => {
      if (this.isBackupUnanswered) throw connectionError();
      const keyPair = this.account.next();
      this.account.backup = { version: keyPair, keyPair, signedBy: this.privateKeys };
      this.backupKey = keyPair;
      this.uploadsTo = keyPair;
      if (this.account.storage !== undefined) await this.#storeBackupKey();
      this.account.steps.push('backup made');
    },
    loadSessionBackupPrivateKeyFromSecretStorage: async () => {
      await this.#openStorage();
      const { storage, backup } = this.account;
      if (storage?.backupKey === undefined || storage.backupKey !== backup?.keyPair) throw new Error('no such key');
      this.backupKey = storage.backupKey;
    },
    restoreKeyBackup: () => {
      if (this.backupKey === undefined) return Promise.reject(new Error('no key'));
      this.restoredFrom.push(this.backupKey);
      return Promise.resolve({});
    },
  };

  async #storeBackupKey(): Promise<void> {
    await this.#openStorage();
    const { storage } = this.account;
    if (storage !== undefined && this.backupKey !== undefined) storage.backupKey = this.backupKey;
  }

  async #openStorage(): Promise<void> {
    const { storage } = this.account;
    if (storage === undefined) return;
    const held = await this.#holder.cryptoCallbacks.getSecretStorageKey({ keys: { [storage.keyId]: {} } });
    const opens = held !== null && this.#encode(held[1]) === storage.key;
    if (!opens) throw new Error(`${SECRET} stays shut`);
  }

  #upload(auth: { readonly password?: string } | null): Promise<void> {
    const { account } = this;
    if (account.identity !== undefined && auth?.password !== account.password) {
      const refusal = new FakeMatrixError(401, 'M_FORBIDDEN');
      const flows = { flows: [{ stages: ['m.login.password'] }], session: 'session' };
      return Promise.reject(Object.assign(refusal, { data: { ...refusal.data, ...flows } }));
    }
    account.identity = this.privateKeys;
    account.signedDevices.clear();
    account.steps.push('public keys uploaded');
    return Promise.resolve();
  }
}
