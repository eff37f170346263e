import { OracleCallError, systemClock, type Clock } from '@oracle-calls/protocol';
import type { CrossSigningClient, CrossSigningCrypto } from './cross-signing-client.ts';

/** Where an account and this device of it stand. */
export type CrossSigningState =
  /** The account has no identity. */
  | 'none'
  /** It has one, and this device is not signed by it: others take nothing from it and give it no keys. */
  | 'own-device-unsigned'
  | 'ready';

/** @throws {OracleCallError} `ERR_MATRIX_ROOM` */
export function cryptoOf<C extends CrossSigningCrypto>(client: { getCrypto(): C | undefined }): C {
  const crypto = client.getCrypto();
  if (crypto === undefined) throw new OracleCallError('ERR_MATRIX_ROOM', 'This client has no crypto.');
  return crypto;
}

/** Asks the homeserver; what a store says is not believed. */
export async function readState(client: CrossSigningClient, crypto: CrossSigningCrypto): Promise<CrossSigningState> {
  const userId = client.getUserId() ?? '';
  // Asks the homeserver: to take "not known here" for "none" would replace an identity that is there.
  if (!(await crypto.userHasCrossSigningKeys(userId, true))) return 'none';
  const own = await crypto.getDeviceVerificationStatus(userId, client.getDeviceId() ?? '');
  return own?.crossSigningVerified === true ? 'ready' : 'own-device-unsigned';
}

/** Whether this device has all of the account's private keys. */
export async function hasPrivateKeys(crypto: CrossSigningCrypto): Promise<boolean> {
  const { masterKey, selfSigningKey, userSigningKey } = (await crypto.getCrossSigningStatus()).privateKeysCachedLocally;
  return masterKey && selfSigningKey && userSigningKey;
}

/** A list of devices that was asked for before the signature may come after it; the next one has it. So many are looked at, this far apart, in ms. */
const LOOKS = 20;
const LOOK_GAP_MS = 100;

/** Right after a signature was uploaded. @throws {OracleCallError} `ERR_MATRIX_CROSS_SIGNING` */
export async function becomesReady(
  client: CrossSigningClient,
  crypto: CrossSigningCrypto,
  { clock = systemClock, signal }: { readonly clock?: Clock | undefined; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  for (let look = 1; look < LOOKS; look++) {
    if ((await readState(client, crypto)) === 'ready') return;
    await clock.sleep(LOOK_GAP_MS, { signal });
  }
  await requireReady(client, crypto);
}

/** @throws {OracleCallError} `ERR_MATRIX_CROSS_SIGNING` */
export async function requireReady(client: CrossSigningClient, crypto: CrossSigningCrypto): Promise<void> {
  if ((await readState(client, crypto)) === 'ready') return;
  throw new OracleCallError('ERR_MATRIX_CROSS_SIGNING', undefined, { details: { side: 'self' } });
}
