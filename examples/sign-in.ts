/**
 * What every example stands on: a signed-in `matrix-js-sdk` client whose device its owner has confirmed. An application that has one
 * already takes its own; it needs Rust crypto and cross-signing.
 */
import { ensureCrossSigning, RecoveryKeyHolder } from '@oracle-calls/matrix/cross-signing';
import { BearerSecret } from '@oracle-calls/protocol';
import { ClientEvent, createClient, SyncState, type MatrixClient } from 'matrix-js-sdk';

export interface SignInOptions {
  readonly homeserverUrl: string;
  readonly userId: string;
  readonly password: string;
  /** Of an account that has one. */
  readonly recoveryKey?: string | undefined;
  /** Called with the recovery key of an account that has none yet: show it, and resolve when the person has kept it. */
  readonly keepRecoveryKey: (recoveryKey: string) => Promise<void>;
}

/** Signs in as a new device that the account's identity signs: oracles take calls from such devices alone. */
export async function signIn(options: SignInOptions): Promise<MatrixClient> {
  const { homeserverUrl: baseUrl, userId, password, recoveryKey, keepRecoveryKey } = options;
  const login = await createClient({ baseUrl }).loginRequest({
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: userId },
    password,
  });
  const holder = new RecoveryKeyHolder();
  const client = createClient({
    baseUrl,
    userId: login.user_id,
    deviceId: login.device_id,
    accessToken: login.access_token,
    cryptoCallbacks: holder.cryptoCallbacks,
  });
  await client.initRustCrypto({ cryptoDatabasePrefix: `my-app:${login.user_id}:${login.device_id}` });
  const synced = Promise.withResolvers<void>();
  const onSync = (state: SyncState): void => {
    if (state === SyncState.Prepared) synced.resolve();
  };
  client.on(ClientEvent.Sync, onSync);
  await client.startClient({ initialSyncLimit: 20 });
  await synced.promise;
  client.off(ClientEvent.Sync, onSync);
  const outcome = await ensureCrossSigning(client, {
    holder,
    recoveryKey: recoveryKey === undefined ? undefined : new BearerSecret(recoveryKey, 'recovery key'),
    keep: (made) => keepRecoveryKey(made.expose()),
  });
  if (outcome.state !== 'ready') throw new Error('This device is not confirmed: ask for the recovery key.');
  return client;
}
