import { join } from 'node:path';
import { BearerSecret, OracleCallError, silentLogger, systemClock } from '@oracle-calls/protocol';
import type { Clock, Logger, SecretBytes } from '@oracle-calls/protocol';
import { createClient, type MatrixClient } from 'matrix-js-sdk';
import { accountPortOver } from '../js-sdk-matrix.ts';
import { request, type AdapterContext } from '../js-sdk/adapter-context.ts';
import { RecoveryKeyHolder } from '../cross-signing/recovery-key-holder.ts';
import type { ChangedIdentities } from '../js-sdk/peer-trust.ts';
import type { MatrixAccountPort, MatrixUserId } from '../matrix-port.ts';
import type { RetryPolicy } from '../retry.ts';
import { abortable } from '../time-limit.ts';
import { ensureIdentity, type LostIdentity } from './account-identity.ts';
import { newSession, readSession, writeSession, type AccountSession } from './account-session.ts';
import { openDurableIndexedDb, type DurableIndexedDb } from './durable-indexed-db.ts';
import { firstSync } from './first-sync.ts';
import { KeptSync } from './kept-sync.ts';
import { privateFolder } from './private-file.ts';
import { retireOldDevice } from './retired-session.ts';
import { sdkLogger, silenceGlobalSdkLogger } from './sdk-logger.ts';
import { SyncKeeper } from './sync-keeper.ts';

const DEVICE_NAME = 'Oracle Calls';
/** In the store's folder. */
export const RECOVERY_KEY_FILE = 'recovery.key';
/** In the store's folder. */
export const CRYPTO_FILE = 'crypto.sqlite';

export interface MatrixAccountOptions {
  readonly homeserverUrl: string;
  readonly userId: MatrixUserId;
  /** Used for the first login, and should the homeserver ask for it when the account's identity is made. */
  readonly password: BearerSecret;
  /** Folder for the session and the crypto store; private to its owner. Losing it loses the device and its keys. */
  readonly storeDir: string;
  /** 32 bytes that encrypt the crypto store, for example from a secret manager; by default made once and kept in the folder. */
  readonly storageKey?: SecretBytes | undefined;
  /** The account's recovery key, made with its identity; `recovery.key` in `storeDir` by default. Keep a copy elsewhere. */
  readonly recoveryKeyFile?: string | undefined;
  /** `refuse` when absent. */
  readonly lostIdentity?: LostIdentity | undefined;
  /** As in `MatrixPortOptions`; `refuse` when absent. */
  readonly changedIdentities?: ChangedIdentities | undefined;
  readonly clock?: Clock | undefined;
  /** Silent when absent; the SDK's own log comes through it at debug level. */
  readonly logger?: Logger | undefined;
  /** Bounds opening; afterwards use `close`. */
  readonly signal?: AbortSignal | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
}

/**
 * Opens an account as a real Matrix client that stays the same device across restarts, `kill -9` included: logs in once,
 * keeps its crypto on disk, has a cross-signing identity, and has synced when this returns. What the first sync brought waits for the first listener.
 *
 * @throws {OracleCallError} `ERR_MATRIX_STORE_IN_USE`, `ERR_MATRIX_STORE`, `ERR_MATRIX_SESSION` when the kept access token is
 *   no longer valid (a new device is never made silently), `ERR_AUTH_INVALID` when the password is refused,
 *   `ERR_MATRIX_CROSS_SIGNING`, `ERR_MATRIX_RECOVERY_KEY` as `ensureIdentity` does, `ERR_UPSTREAM_HOMESERVER`; aborts rethrow `signal.reason`. Nothing stays open then.
 */
export async function openMatrixAccount(options: MatrixAccountOptions): Promise<MatrixAccountPort & AsyncDisposable> {
  const { storeDir, clock = systemClock, logger = silentLogger, signal, retryPolicy } = options;
  signal?.throwIfAborted();
  silenceGlobalSdkLogger();
  await privateFolder(storeDir);
  await using stack = new AsyncDisposableStack();
  const storeFailure = new AbortController();
  const onFailure = (error: OracleCallError): void => {
    logger.error('matrix store failed: the account stops', { code: error.code });
    storeFailure.abort(error);
  };
  const store = stack.use(await openDurableIndexedDb({ file: join(storeDir, CRYPTO_FILE), onFailure, clock }));
  const common = { clock, logger, random: Math.random, retryPolicy, changedIdentities: options.changedIdentities };
  const session = await signIn(await openSession(options, store), options, common);
  const holder = new RecoveryKeyHolder();
  const sync = stack.use(await openSync(store, anyOf(storeFailure.signal, signal)));
  const client = clientOf(session, sync, holder, logger);
  const context: AdapterContext = { ...common, client };
  await checkToken(context, client, session, signal);
  await startCrypto(client, options.storageKey ?? session.storageKey, store, logger);
  stack.defer(() => client.stopClient());
  storeFailure.signal.addEventListener('abort', () => client.stopClient(), { once: true });
  // Marked before the first sync publishes the device's keys: from now on losing the store is losing the device.
  await writeSession(storeDir, { ...session, hasCryptoStore: true });
  stack.use(new SyncKeeper({ client, save: () => sync.keep(), clock, logger }));
  const port = accountPortOver(context);
  stack.defer(() => port.close());
  await firstSync({ client, clock, signal });
  await ensureIdentity({
    client,
    holder,
    userId: session.userId,
    password: options.password,
    recoveryKeyFile: options.recoveryKeyFile ?? join(storeDir, RECOVERY_KEY_FILE),
    lostIdentity: options.lostIdentity ?? 'refuse',
    clock,
    logger,
    signal,
  });
  await retireOldDevice({ storeDir, homeserverUrl: options.homeserverUrl, common, signal });
  logger.info('matrix account open', { 'pii.userId': session.userId, 'pii.deviceId': session.deviceId });
  const open = stack.move();
  const close = (): Promise<void> => open.disposeAsync();
  let closing: Promise<void> | undefined;
  return {
    ...port,
    isSyncing: () => !storeFailure.signal.aborted && port.isSyncing(),
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
}

/** The kept session, or a new one in an empty store. */
async function openSession(options: MatrixAccountOptions, store: DurableIndexedDb): Promise<AccountSession> {
  const { storeDir, homeserverUrl, userId, storageKey } = options;
  const session = await readSession(storeDir);
  if (session === undefined) {
    if (!store.isNew) throw new OracleCallError('ERR_MATRIX_STORE', 'There are keys, but session.json is missing.');
    const fresh = newSession(homeserverUrl, userId, storageKey === undefined);
    await writeSession(storeDir, fresh);
    return fresh;
  }
  // The user id names the homeserver too. The address where that answers may change, and is the configuration's to say.
  if (session.userId !== userId) throw new OracleCallError('ERR_MATRIX_STORE', 'The store belongs to another account.');
  if (session.hasCryptoStore && store.isNew) {
    throw new OracleCallError('ERR_MATRIX_STORE', 'The crypto store of this device is missing.');
  }
  if (session.storageKey === undefined && storageKey === undefined) {
    throw new OracleCallError('ERR_MATRIX_STORE', 'The store was made with a storage key that is not given now.');
  }
  return { ...session, homeserverUrl };
}

/** Logs in under the device id that the session chose, once in its life. */
async function signIn(
  session: AccountSession,
  { password, storeDir, signal }: MatrixAccountOptions,
  common: Omit<AdapterContext, 'client'>,
): Promise<AccountSession & { readonly accessToken: BearerSecret }> {
  const { accessToken: kept, userId, deviceId, homeserverUrl } = session;
  if (kept !== undefined) return { ...session, accessToken: kept };
  const client = createClient({ baseUrl: homeserverUrl, logger: sdkLogger(common.logger) });
  const login = {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: userId },
    password: password.expose(),
    device_id: deviceId,
    initial_device_display_name: DEVICE_NAME,
  } as const;
  // Repeating a login under the same device id leaves one device, so it may be retried.
  const answer = await request({ ...common, client }, () => client.loginRequest(login), {
    refused: 'ERR_AUTH_INVALID',
    signal,
  });
  if (answer.user_id !== userId || answer.device_id !== deviceId) {
    throw new OracleCallError('ERR_MATRIX_STORE', 'The homeserver signed in somebody else.');
  }
  const accessToken = new BearerSecret(answer.access_token, 'matrix access token');
  await writeSession(storeDir, { ...session, accessToken });
  return { ...session, accessToken };
}

function clientOf(
  { homeserverUrl, userId, deviceId, accessToken }: AccountSession & { readonly accessToken: BearerSecret },
  store: KeptSync,
  holder: RecoveryKeyHolder,
  logger: Logger,
): MatrixClient {
  return createClient({
    baseUrl: homeserverUrl,
    userId,
    deviceId,
    accessToken: accessToken.expose(),
    store,
    logger: sdkLogger(logger),
    cryptoCallbacks: holder.cryptoCallbacks,
    disableVoip: true,
  });
}

/** On a disk that refuses to be written nothing is ever complete: the store's failure ends the wait. */
async function openSync(store: DurableIndexedDb, signal: AbortSignal): Promise<KeptSync> {
  try {
    return await abortable(KeptSync.open(store.indexedDB, `${store.databasePrefix}::sync`), signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new OracleCallError('ERR_MATRIX_STORE', 'The kept sync cannot be opened.', { cause });
  }
}

const anyOf = (one: AbortSignal, other: AbortSignal | undefined): AbortSignal =>
  other === undefined ? one : AbortSignal.any([one, other]);

/** Whether the homeserver still knows the token as this very device. */
async function checkToken(
  context: AdapterContext,
  client: MatrixClient,
  { userId, deviceId }: AccountSession,
  signal: AbortSignal | undefined,
): Promise<void> {
  const owner = await request(context, () => client.whoami(), { refused: 'ERR_MATRIX_SESSION', signal });
  if (owner.user_id !== userId || owner.device_id !== deviceId) throw new OracleCallError('ERR_MATRIX_SESSION');
}

async function startCrypto(
  client: MatrixClient,
  storageKey: SecretBytes | undefined,
  store: DurableIndexedDb,
  logger: Logger,
): Promise<void> {
  if (storageKey === undefined) throw new OracleCallError('ERR_MATRIX_STORE', 'There is no storage key.');
  try {
    await client.initRustCrypto({
      cryptoDatabasePrefix: store.databasePrefix,
      storageKey: storageKey.expose().slice(),
    });
  } catch (cause) {
    logger.error('matrix crypto store refused', { error: cause instanceof Error ? cause.name : typeof cause });
    throw new OracleCallError('ERR_MATRIX_STORE', 'The crypto store cannot be opened with this key.', { cause });
  }
}
