import { BearerSecret, OracleCallError, systemClock, type Clock } from '@oracle-calls/protocol';
import { matrixError } from '../js-sdk/adapter-context.ts';
import { SDK_NOTICE } from '../js-sdk/sdk-client.ts';
import { waitFor } from '../js-sdk/wait-for.ts';
import { abortable, timeLimit } from '../time-limit.ts';
import {
  becomesReady,
  cryptoOf,
  hasPrivateKeys,
  readState,
  requireReady,
  type CrossSigningState,
} from './account-state.ts';
import type { CrossSigningClient, CrossSigningCrypto, NewStorageKey } from './cross-signing-client.ts';
import { ensureKeyBackup, readBackupState, renewKeyBackup, type KeyBackupState } from './key-backup.ts';
import type { RecoveryKeyHolder } from './recovery-key-holder.ts';
import { readRecoveryRecord, type RecoveryRecord } from './recovery-record.ts';
import { parseRecoveryKey } from './recovery-key-text.ts';
import { withoutPassword, type UploadAuthorisation } from './upload-authorisation.ts';

/** A dozen requests and some syncs; a homeserver that takes longer is not usable for calls. */
const SET_UP_LIMIT_MS = 60_000;

export interface WaitingOptions {
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CrossSigningOptions extends WaitingOptions {
  /** Whose `cryptoCallbacks` the client was made with. */
  readonly holder: RecoveryKeyHolder;
  /** Told a new recovery key before anything is uploaded, so that keys are never out of reach; a rejection stops the set-up. */
  readonly keep?: ((recoveryKey: BearerSecret) => Promise<void>) | undefined;
  /** By default new keys are uploaded without a password, which homeservers allow for the first ones. */
  readonly authorise?: UploadAuthorisation | undefined;
  /** Leaves room keys on this device alone, for accounts that need no history on another one. */
  readonly isBackupOff?: boolean | undefined;
}

export interface EnsureOptions extends CrossSigningOptions {
  /** Signs this device when the account has cross-signing already, and opens or makes its key backup. */
  readonly recoveryKey?: BearerSecret | undefined;
}

export type CrossSigningOutcome =
  /** `newRecoveryKey` is there once, when it was made: show it and keep it. `backup` is `undefined` when it is switched off. */
  | {
      readonly state: 'ready';
      readonly newRecoveryKey: BearerSecret | undefined;
      readonly backup: KeyBackupState | undefined;
    }
  /** `canRecover` is false when the account keeps no keys that a recovery key could open: only a reset helps. */
  | { readonly state: 'recovery-key-needed'; readonly canRecover: boolean };

/** @throws {OracleCallError} `ERR_MATRIX_ROOM` without crypto, `ERR_MATRIX_SESSION`, `ERR_UPSTREAM_HOMESERVER` */
export function crossSigningState(
  client: CrossSigningClient,
  options: WaitingOptions = {},
): Promise<CrossSigningState> {
  return bounded(client, options, () => readState(client, cryptoOf(client)));
}

/**
 * Brings an account's device to where calls need it: makes the account's first identity with a recovery key, or signs this
 * device with the recovery key of an identity that is there. Does nothing when all is well, and finishes what was interrupted.
 *
 * @throws {OracleCallError} `ERR_MATRIX_RECOVERY_KEY`, `ERR_AUTH_INVALID`, `ERR_MATRIX_CROSS_SIGNING`, `ERR_MATRIX_SESSION`,
 *   `ERR_UPSTREAM_HOMESERVER`; aborts rethrow `signal.reason`
 */
export function ensureCrossSigning(client: CrossSigningClient, options: EnsureOptions): Promise<CrossSigningOutcome> {
  return bounded(client, options, async (signal) => {
    const crypto = cryptoOf(client);
    const record = await readRecoveryRecord(client, { clock: options.clock, signal });
    switch (await readState(client, crypto)) {
      case 'none': {
        const { recoveryKey: newRecoveryKey, backup } = await makeIdentity(client, crypto, options);
        return { state: 'ready', newRecoveryKey, backup };
      }
      case 'own-device-unsigned':
        return await signOwnDevice(client, crypto, options, record);
      case 'ready':
        return await completeRecovery(client, crypto, options, record);
    }
  });
}

/**
 * Throws the account's identity away and makes another: everybody who knew the old one is warned, and other devices must be
 * signed again. For people who have lost their recovery key. One that was interrupted is finished by another.
 *
 * @throws as {@link ensureCrossSigning}
 */
export function resetCrossSigning(client: CrossSigningClient, options: CrossSigningOptions): Promise<BearerSecret> {
  return bounded(client, options, async () => (await makeIdentity(client, cryptoOf(client), options)).recoveryKey);
}

/**
 * Another recovery key in place of one that nobody has kept, on a device that has the account's private keys.
 *
 * @throws {OracleCallError} `ERR_MATRIX_CROSS_SIGNING` on other devices; else as {@link ensureCrossSigning}
 */
export function renewRecoveryKey(client: CrossSigningClient, options: CrossSigningOptions): Promise<BearerSecret> {
  return bounded(client, options, async () => {
    const crypto = cryptoOf(client);
    await requireReady(client, crypto);
    if (!(await hasPrivateKeys(crypto))) {
      throw new OracleCallError('ERR_MATRIX_CROSS_SIGNING', 'This device has no private keys.', {
        details: { side: 'self' },
      });
    }
    return (await makeRecovery(client, crypto, options)).recoveryKey;
  });
}

/** Where room keys go now. @throws as {@link crossSigningState} */
export function keyBackupState(client: CrossSigningClient, options: WaitingOptions = {}): Promise<KeyBackupState> {
  return bounded(client, options, () => readBackupState(client, cryptoOf(client)));
}

interface MadeRecovery {
  readonly recoveryKey: BearerSecret;
  readonly backup: KeyBackupState | undefined;
}

/** The recovery key first, then the private keys under it, and the public ones last: an interruption leaves nothing unreachable. */
async function makeIdentity(
  client: CrossSigningClient,
  crypto: CrossSigningCrypto,
  options: CrossSigningOptions,
): Promise<MadeRecovery> {
  return await options.holder.during(async () => {
    const recoveryKey = await makeStorage(crypto, options);
    await crypto.bootstrapCrossSigning({
      setupNewCrossSigning: true,
      authUploadDeviceSigningKeys: options.authorise ?? withoutPassword,
    });
    await becomesReady(client, crypto, options);
    return { recoveryKey, backup: options.isBackupOff === true ? undefined : await renewKeyBackup(crypto) };
  });
}

/** Secret storage under a new recovery key, with the private keys that this device has. */
async function makeStorage(crypto: CrossSigningCrypto, { keep }: CrossSigningOptions): Promise<BearerSecret> {
  const made = await crypto.createRecoveryKeyFromPassphrase();
  if (made.encodedPrivateKey === undefined) throw new OracleCallError('ERR_INTERNAL', 'A recovery key without text.');
  const recoveryKey = new BearerSecret(made.encodedPrivateKey, 'recovery key');
  await keep?.(recoveryKey);
  const createSecretStorageKey = (): Promise<NewStorageKey> => Promise.resolve(made);
  await crypto.bootstrapSecretStorage({ createSecretStorageKey, setupNewSecretStorage: true });
  return recoveryKey;
}

/** The same, and the backup under it. */
async function makeRecovery(
  client: CrossSigningClient,
  crypto: CrossSigningCrypto,
  options: CrossSigningOptions,
): Promise<MadeRecovery> {
  return await options.holder.during(async () => {
    const recoveryKey = await makeStorage(crypto, options);
    return { recoveryKey, backup: await backUp(client, crypto, options) };
  });
}

/** While the recovery key is held. */
async function backUp(
  client: CrossSigningClient,
  crypto: CrossSigningCrypto,
  { isBackupOff, clock }: CrossSigningOptions,
): Promise<KeyBackupState | undefined> {
  return isBackupOff === true ? undefined : await ensureKeyBackup(client, crypto, clock);
}

async function signOwnDevice(
  client: CrossSigningClient,
  crypto: CrossSigningCrypto,
  options: EnsureOptions,
  record: RecoveryRecord,
): Promise<CrossSigningOutcome> {
  if (await hasPrivateKeys(crypto)) {
    // An earlier set-up was interrupted before the signature.
    await crypto.crossSignDevice(client.getDeviceId() ?? '');
    if ((await readState(client, crypto)) === 'ready') return await completeRecovery(client, crypto, options, record);
  }
  // Otherwise an identity that can be recovered would look as if it could not, and be thrown away.
  if (!record.isKnownHere) {
    throw new OracleCallError('ERR_UPSTREAM_HOMESERVER', 'The account’s data has not come.');
  }
  const { privateKeysInSecretStorage: canRecover } = await crypto.getCrossSigningStatus();
  if (!canRecover) return { state: 'recovery-key-needed', canRecover };
  const backup = await withRecoveryKey(client, options, async () => {
    await crypto.bootstrapCrossSigning({});
    await becomesReady(client, crypto, options);
    return { state: await backUp(client, crypto, options) };
  });
  if (backup === undefined) return { state: 'recovery-key-needed', canRecover: record.keyId !== undefined };
  return { state: 'ready', newRecoveryKey: undefined, backup: backup.state };
}

/** On a signed device: makes a recovery key for an account without, and looks after the backup. */
async function completeRecovery(
  client: CrossSigningClient,
  crypto: CrossSigningCrypto,
  options: EnsureOptions,
  record: RecoveryRecord,
): Promise<CrossSigningOutcome> {
  const { isBackupOff = false } = options;
  if (record.keyId === undefined && (await hasPrivateKeys(crypto))) {
    const { recoveryKey: newRecoveryKey, backup } = await makeRecovery(client, crypto, options);
    return { state: 'ready', newRecoveryKey, backup };
  }
  if (isBackupOff) return { state: 'ready', newRecoveryKey: undefined, backup: undefined };
  const opened = await withRecoveryKey(client, options, () => ensureKeyBackup(client, crypto, options.clock));
  return { state: 'ready', newRecoveryKey: undefined, backup: opened ?? (await readBackupState(client, crypto)) };
}

/**
 * Work that needs secret storage open; `undefined` when there is none, or no recovery key was given.
 *
 * @throws {OracleCallError} `ERR_MATRIX_RECOVERY_KEY` when it is another's
 */
async function withRecoveryKey<T>(
  client: CrossSigningClient,
  { holder, recoveryKey }: EnsureOptions,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const storage = await client.secretStorage.getKey();
  if (recoveryKey === undefined || storage === null) return undefined;
  const [keyId, description] = storage;
  const key = parseRecoveryKey(recoveryKey);
  if (!(await client.secretStorage.checkKey(key, description))) throw new OracleCallError('ERR_MATRIX_RECOVERY_KEY');
  return await holder.during(async (hold) => {
    hold(keyId, key);
    return await work();
  });
}

/** Within a bound, and once the client has heard from the homeserver: a sync from a store may lack the recovery key's record. */
async function bounded<T>(
  client: CrossSigningClient,
  { clock = systemClock, signal }: WaitingOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const onTimeout = (): Error => new OracleCallError('ERR_UPSTREAM_HOMESERVER', 'Cross-signing took too long.');
  using limit = timeLimit({ clock, limitMs: SET_UP_LIMIT_MS, onTimeout, signal });
  try {
    await waitFor({
      client,
      clock,
      notices: [SDK_NOTICE.sync],
      look: () => (client.getSyncState() === 'SYNCING' ? true : undefined),
      limitMs: SET_UP_LIMIT_MS,
      code: 'ERR_UPSTREAM_HOMESERVER',
      signal: limit.signal,
    });
    return await abortable(work(limit.signal), limit.signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw matrixError(error, { refused: 'ERR_MATRIX_CROSS_SIGNING' });
  }
}
