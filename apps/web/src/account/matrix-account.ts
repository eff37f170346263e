import { RecoveryKeyHolder } from '@oracle-calls/matrix/cross-signing';
import { systemClock } from '@oracle-calls/protocol';
import { Observers } from '@oracle-calls/sdk/core';
import {
  ClientEvent,
  createClient,
  HttpApiEvent,
  IndexedDBStore,
  MatrixError,
  SyncState,
  type MatrixClient,
} from 'matrix-js-sdk';
import { AccountIdentity } from './account-identity.ts';
import type { KeptSession } from './kept-session.ts';
import { quietLogger, silenceGlobalLogger } from './quiet-sdk.ts';
import { SessionFetch } from './session-fetch.ts';
import { SessionOverError } from './session-over-error.ts';
import type { SessionVault } from './session-vault.ts';
import { SignInError } from './sign-in-error.ts';
import { toSignInError } from './sign-in.ts';

/** The first sync of an account with few rooms takes a second; a homeserver that is this slow is not usable for calls. */
const FIRST_SYNC_MAX_MS = 60_000;
/** A homeserver that does not take a goodbye in this time is left without one. */
const LOG_OUT_MAX_MS = 10_000;

export interface MatrixAccount {
  readonly client: MatrixClient;
  readonly userId: string;
  readonly deviceId: string;
  readonly homeserverUrl: string;
  readonly identity: AccountIdentity;
  /** `fetch` with the session's present token in place of any other, for what the client itself does not ask. */
  readonly fetch: typeof fetch;
  /** Tells when the homeserver does not know this session any more. */
  observeSessionOver(listener: (error: SessionOverError) => void): Disposable;
  /** Stops the client and closes its stores; the session stays. Idempotent. */
  close(): Promise<void>;
  /** Closes, and logs this device out. False when the homeserver did not hear of it and still lists the device. */
  logOut(): Promise<boolean>;
}

silenceGlobalLogger();

/** Opens the account of a session. @throws {SignInError | SessionOverError} */
export async function openAccount(session: KeptSession, vault: SessionVault): Promise<MatrixAccount> {
  const { homeserverUrl, userId, deviceId, storeKey } = session;
  // One database per device: two accounts of one browser, or an old login, never meet.
  const name = `oracle-calls:${userId}:${deviceId}`;
  const store = new IndexedDBStore({ indexedDB, localStorage, dbName: `${name}:sync` });
  const holder = new RecoveryKeyHolder();
  const sessionFetch = new SessionFetch({
    homeserverUrl,
    tokens: session,
    clock: systemClock,
    keep: (tokens) => vault.write({ ...session, ...tokens }),
  });
  const fetchFn = sessionFetch.fetch;
  const client = createClient({
    baseUrl: homeserverUrl,
    userId,
    deviceId,
    // `fetchFn` puts the current one in its place.
    accessToken: session.accessToken.expose(),
    fetchFn,
    store,
    logger: quietLogger,
    cryptoCallbacks: holder.cryptoCallbacks,
  });
  const over = new Observers<SessionOverError>();
  const onOver = (error: MatrixError): void => over.tell(toSessionOver(error));
  client.on(HttpApiEvent.SessionLoggedOut, onOver);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= (async () => {
      client.off(HttpApiEvent.SessionLoggedOut, onOver);
      client.stopClient();
      await store.destroy();
    })());
  try {
    await store.startup();
    await client.initRustCrypto({ cryptoDatabasePrefix: `${name}:crypto`, storageKey: storeKey.expose() });
    await client.startClient({ initialSyncLimit: 20 });
    await firstSync(client);
  } catch (error) {
    await close().catch(() => undefined);
    throw isUnknownToken(error) ? toSessionOver(error) : toSignInError(error);
  }
  return {
    client,
    userId,
    deviceId,
    homeserverUrl,
    fetch: fetchFn,
    identity: new AccountIdentity({ client, holder, userId, storage: localStorage }),
    observeSessionOver: (listener) => over.observe(listener),
    close,
    async logOut() {
      client.off(HttpApiEvent.SessionLoggedOut, onOver);
      const limit = new AbortController();
      using _timer = systemClock.after(LOG_OUT_MAX_MS, () => limit.abort());
      // Not `client.logout`: it has no bound, and waits for ever on a network that swallows requests.
      const isHeard = await fetchFn(new URL('/_matrix/client/v3/logout', homeserverUrl), {
        method: 'POST',
        headers: { authorization: 'Bearer current', 'content-type': 'application/json' },
        body: '{}',
        credentials: 'omit',
        signal: limit.signal,
      }).then(
        // A session that the homeserver does not know has no device.
        ({ ok, status }) => ok || status === 401,
        () => false,
      );
      // What is taken out of the browser next must not be written into it again.
      await sessionFetch.forget();
      await close().catch(() => undefined);
      return isHeard;
    },
  };
}

const isUnknownToken = (error: unknown): error is MatrixError =>
  error instanceof MatrixError && error.errcode === 'M_UNKNOWN_TOKEN';

const toSessionOver = ({ data }: MatrixError): SessionOverError =>
  new SessionOverError(Reflect.get(data, 'soft_logout') === true);

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
