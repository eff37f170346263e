import { RecoveryKeyHolder } from '@oracle-calls/matrix/cross-signing';
import { systemClock } from '@oracle-calls/protocol';
import { ClientEvent, createClient, IndexedDBStore, MatrixError, SyncState, type MatrixClient } from 'matrix-js-sdk';
import { AccountIdentity } from './account-identity.ts';
import { SignInError } from './sign-in-error.ts';
import { quietLogger, silenceGlobalLogger } from './quiet-sdk.ts';
import { forgetSession, keepSession, type KeptSession } from './kept-session.ts';

/** The first sync of an account with few rooms takes a second; a homeserver that is this slow is not usable for calls. */
const FIRST_SYNC_MAX_MS = 60_000;

export interface MatrixAccount {
  readonly client: MatrixClient;
  readonly userId: string;
  readonly identity: AccountIdentity;
  /** Logs this device out and deletes its keys from the browser. */
  signOut(): Promise<void>;
}

export interface Credentials {
  readonly homeserverUrl: string;
  readonly userId: string;
  readonly password: string;
}

/** @throws {SignInError} */
export async function signIn({ homeserverUrl, userId, password }: Credentials): Promise<MatrixAccount> {
  let session: KeptSession;
  try {
    const login = await createClient({ baseUrl: homeserverUrl, logger: quietLogger }).loginRequest({
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: userId },
      password,
      initial_device_display_name: 'Oracle Calls',
    });
    session = {
      homeserverUrl,
      userId: login.user_id,
      deviceId: login.device_id,
      accessToken: login.access_token,
    };
  } catch (cause) {
    throw toSignInError(cause);
  }
  keepSession(localStorage, session);
  return open(session);
}

/** Opens the account that an earlier page life was signed in to. @throws {SignInError} */
export async function restore(session: KeptSession): Promise<MatrixAccount> {
  try {
    return await open(session);
  } catch (cause) {
    const error = toSignInError(cause);
    if (error.kind === 'refused') forgetSession(localStorage);
    throw error;
  }
}

silenceGlobalLogger();

async function open({ homeserverUrl, userId, deviceId, accessToken }: KeptSession): Promise<MatrixAccount> {
  // One database per device: two accounts of one browser, or an old login, never meet.
  const name = `oracle-calls:${userId}:${deviceId}`;
  const store = new IndexedDBStore({ indexedDB, localStorage, dbName: `${name}:sync` });
  const holder = new RecoveryKeyHolder();
  const client = createClient({
    baseUrl: homeserverUrl,
    userId,
    deviceId,
    accessToken,
    store,
    logger: quietLogger,
    cryptoCallbacks: holder.cryptoCallbacks,
  });
  await store.startup();
  await client.initRustCrypto({ cryptoDatabasePrefix: `${name}:crypto` });
  await client.startClient({ initialSyncLimit: 20 });
  try {
    await firstSync(client);
  } catch (error) {
    client.stopClient();
    throw error;
  }
  return {
    client,
    userId,
    identity: new AccountIdentity({ client, holder, userId, storage: localStorage }),
    async signOut() {
      forgetSession(localStorage);
      try {
        await client.logout(true);
      } finally {
        client.stopClient();
        await client.clearStores({ cryptoDatabasePrefix: `${name}:crypto` });
      }
    },
  };
}

async function firstSync(client: MatrixClient): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onSync = (state: SyncState, _previous: SyncState | null, data?: { error?: Error }): void => {
    if (state === SyncState.Prepared || state === SyncState.Syncing) resolve();
    // A store that was kept lets the client start offline; only a refusal is final.
    if (state === SyncState.Error && data?.error instanceof MatrixError) reject(data.error);
  };
  using _timer = systemClock.after(FIRST_SYNC_MAX_MS, () => reject(new SignInError('unreachable')));
  client.on(ClientEvent.Sync, onSync);
  try {
    await promise;
  } finally {
    client.off(ClientEvent.Sync, onSync);
  }
}

function toSignInError(cause: unknown): SignInError {
  if (cause instanceof SignInError) return cause;
  if (cause instanceof MatrixError) {
    if (cause.httpStatus === 429) return new SignInError('too-often', cause);
    if (cause.httpStatus === 401 || cause.httpStatus === 403) return new SignInError('refused', cause);
  }
  return new SignInError('unreachable', cause);
}
