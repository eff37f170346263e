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

/** Ten seconds and more, each look being a request: a homeserver that is busy takes that long to put a new device's keys away. */
const LOOKS = 50;
const LOOK_GAP_MS = 200;
/** The first look may only have been at an older list; what two do not show was thrown away. */
const LOOKS_PER_SIGNATURE = 2;

/**
 * Right after a signature of this device was uploaded: looks until it is there, for two reasons. A list of devices that was asked for before the
 * signature may come after it; the next one has it. And a homeserver that does not have the device's keys yet throws the signature away, which the SDK
 * does not look at (Matrix spec, "POST /keys/signatures/upload": `failures`): it is made again.
 *
 * @throws {OracleCallError} `ERR_MATRIX_CROSS_SIGNING`
 */
export async function becomesReady(
  client: CrossSigningClient,
  crypto: CrossSigningCrypto,
  { clock = systemClock, signal }: { readonly clock?: Clock | undefined; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  for (let look = 1; look < LOOKS; look++) {
    if ((await readState(client, crypto)) === 'ready') return;
    await clock.sleep(LOOK_GAP_MS, { signal });
    if (look % LOOKS_PER_SIGNATURE === 0) await crypto.crossSignDevice(client.getDeviceId() ?? '');
  }
  await requireReady(client, crypto);
}

/** @throws {OracleCallError} `ERR_MATRIX_CROSS_SIGNING` */
export async function requireReady(client: CrossSigningClient, crypto: CrossSigningCrypto): Promise<void> {
  if ((await readState(client, crypto)) === 'ready') return;
  throw new OracleCallError('ERR_MATRIX_CROSS_SIGNING', undefined, { details: { side: 'self' } });
}
