import { OracleCallError } from '@oracle-calls/protocol';
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

/** @throws {OracleCallError} `ERR_MATRIX_CROSS_SIGNING` */
export async function requireReady(client: CrossSigningClient, crypto: CrossSigningCrypto): Promise<void> {
  if ((await readState(client, crypto)) === 'ready') return;
  throw new OracleCallError('ERR_MATRIX_CROSS_SIGNING', undefined, { details: { side: 'self' } });
}
