import { BearerSecret, OracleCallError, systemClock, type Clock } from '@oracle-calls/protocol';
import { matrixError } from '../js-sdk/adapter-context.ts';
import { SDK_NOTICE } from '../js-sdk/sdk-client.ts';
import { waitFor } from '../js-sdk/wait-for.ts';
import { abortable, timeLimit } from '../time-limit.ts';
import type { CrossSigningClient, CrossSigningCrypto, NewStorageKey } from './cross-signing-client.ts';
import type { RecoveryKeyHolder } from './recovery-key-holder.ts';
import { parseRecoveryKey } from './recovery-key-text.ts';
import { withoutPassword, type UploadAuthorisation } from './upload-authorisation.ts';

/** A dozen requests and some syncs; a homeserver that takes longer is not usable for calls. */
const SET_UP_LIMIT_MS = 60_000;

/** Where an account and this device of it stand. */
export type CrossSigningState =
  /** The account has no identity. */
  | 'none'
  /** It has one, and this device is not signed by it: others take nothing from it and give it no keys. */
  | 'own-device-unsigned'
  | 'ready';

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
}

export interface EnsureOptions extends CrossSigningOptions {
  /** Signs this device when the account has cross-signing already. */
  readonly recoveryKey?: BearerSecret | undefined;
}

export type CrossSigningOutcome =
  /** `newRecoveryKey` is there once, when it was made: show it and keep it. */
  | { readonly state: 'ready'; readonly newRecoveryKey: BearerSecret | undefined }
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
  return bounded(client, options, async () => {
    const crypto = cryptoOf(client);
    switch (await readState(client, crypto)) {
      case 'none':
        return { state: 'ready', newRecoveryKey: await makeIdentity(client, crypto, options) };
      case 'own-device-unsigned':
        return await signOwnDevice(client, crypto, options);
      case 'ready':
        return { state: 'ready', newRecoveryKey: await completeRecovery(client, crypto, options) };
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
  return bounded(client, options, () => makeIdentity(client, cryptoOf(client), options));
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
    return await options.holder.during(() => makeRecovery(crypto, options));
  });
}

function cryptoOf(client: CrossSigningClient): CrossSigningCrypto {
  const crypto = client.getCrypto();
  if (crypto === undefined) throw new OracleCallError('ERR_MATRIX_ROOM', 'This client has no crypto.');
  return crypto;
}

async function readState(client: CrossSigningClient, crypto: CrossSigningCrypto): Promise<CrossSigningState> {
  const userId = client.getUserId() ?? '';
  // Asks the homeserver: to take "not known here" for "none" would replace an identity that is there.
  if (!(await crypto.userHasCrossSigningKeys(userId, true))) return 'none';
  const own = await crypto.getDeviceVerificationStatus(userId, client.getDeviceId() ?? '');
  return own?.crossSigningVerified === true ? 'ready' : 'own-device-unsigned';
}

/** The recovery key first, then the private keys under it, and the public ones last: an interruption leaves nothing unreachable. */
async function makeIdentity(
  client: CrossSigningClient,
  crypto: CrossSigningCrypto,
  options: CrossSigningOptions,
): Promise<BearerSecret> {
  return await options.holder.during(async () => {
    const recoveryKey = await makeRecovery(crypto, options);
    await crypto.bootstrapCrossSigning({
      setupNewCrossSigning: true,
      authUploadDeviceSigningKeys: options.authorise ?? withoutPassword,
    });
    await requireReady(client, crypto);
    return recoveryKey;
  });
}

/** Secret storage under a new recovery key, with the private keys that this device has. */
async function makeRecovery(crypto: CrossSigningCrypto, { keep }: CrossSigningOptions): Promise<BearerSecret> {
  const made = await crypto.createRecoveryKeyFromPassphrase();
  if (made.encodedPrivateKey === undefined) throw new OracleCallError('ERR_INTERNAL', 'A recovery key without text.');
  const recoveryKey = new BearerSecret(made.encodedPrivateKey, 'recovery key');
  await keep?.(recoveryKey);
  const createSecretStorageKey = (): Promise<NewStorageKey> => Promise.resolve(made);
  await crypto.bootstrapSecretStorage({ createSecretStorageKey, setupNewSecretStorage: true });
  return recoveryKey;
}

async function signOwnDevice(
  client: CrossSigningClient,
  crypto: CrossSigningCrypto,
  options: EnsureOptions,
): Promise<CrossSigningOutcome> {
  const { holder, recoveryKey } = options;
  if (await hasPrivateKeys(crypto)) {
    // An earlier set-up was interrupted before the signature.
    await crypto.crossSignDevice(client.getDeviceId() ?? '');
    if ((await readState(client, crypto)) === 'ready') {
      return { state: 'ready', newRecoveryKey: await completeRecovery(client, crypto, options) };
    }
  }
  const { privateKeysInSecretStorage: canRecover } = await crypto.getCrossSigningStatus();
  const storage = await client.secretStorage.getKey();
  if (!canRecover || storage === null) return { state: 'recovery-key-needed', canRecover: false };
  if (recoveryKey === undefined) return { state: 'recovery-key-needed', canRecover };
  const [keyId, description] = storage;
  const key = parseRecoveryKey(recoveryKey);
  if (!(await client.secretStorage.checkKey(key, description))) throw new OracleCallError('ERR_MATRIX_RECOVERY_KEY');
  await holder.during(async (hold) => {
    hold(keyId, key);
    await crypto.bootstrapCrossSigning({});
  });
  await requireReady(client, crypto);
  return { state: 'ready', newRecoveryKey: undefined };
}

/** A device that has the private keys of an account without a recovery key makes one. */
async function completeRecovery(
  client: CrossSigningClient,
  crypto: CrossSigningCrypto,
  options: CrossSigningOptions,
): Promise<BearerSecret | undefined> {
  if ((await client.secretStorage.getKey()) !== null || !(await hasPrivateKeys(crypto))) return undefined;
  return await options.holder.during(() => makeRecovery(crypto, options));
}

async function hasPrivateKeys(crypto: CrossSigningCrypto): Promise<boolean> {
  const { masterKey, selfSigningKey, userSigningKey } = (await crypto.getCrossSigningStatus()).privateKeysCachedLocally;
  return masterKey && selfSigningKey && userSigningKey;
}

async function requireReady(client: CrossSigningClient, crypto: CrossSigningCrypto): Promise<void> {
  if ((await readState(client, crypto)) === 'ready') return;
  throw new OracleCallError('ERR_MATRIX_CROSS_SIGNING', undefined, { details: { side: 'self' } });
}

/** Within a bound, and once the client has heard from the homeserver: a sync from a store may lack the recovery key's record. */
async function bounded<T>(
  client: CrossSigningClient,
  { clock = systemClock, signal }: WaitingOptions,
  work: () => Promise<T>,
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
    return await abortable(work(), limit.signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw matrixError(error, { refused: 'ERR_MATRIX_CROSS_SIGNING' });
  }
}
