import { OracleCallError } from '@oracle-calls/protocol';
import type { MatrixUserId, WaitOptions } from '../matrix-port.ts';
import { request, type AdapterContext } from './adapter-context.ts';
import type { SdkClient, SdkCrypto } from './sdk-client.ts';

/** What to do when somebody's cross-signing identity is another than the one seen first. */
export type ChangedIdentities =
  /** Neither send to them nor take anything from them until a person has approved. */
  | 'refuse'
  /** Go on with the new one, and log it: for accounts that know people by something else than their Matrix identity. */
  | 'follow';

export type TrustContext = Pick<AdapterContext, 'changedIdentities' | 'logger'>;

/** Which end has no cross-signing. */
export type CrossSigningSide = 'self' | 'peer';

/**
 * Others take nothing from a device that its owner has not cross-signed, and the crypto gives no keys away from one.
 *
 * @throws {OracleCallError} `ERR_MATRIX_CROSS_SIGNING` with `side: 'self'`
 */
export async function requireOwnDevice(client: SdkClient, crypto: SdkCrypto): Promise<void> {
  const status = await crypto.getDeviceVerificationStatus(client.getUserId() ?? '', client.getDeviceId() ?? '');
  if (status?.crossSigningVerified !== true) throw unsigned('self');
}

/**
 * Without an identity none of the peer's devices can be told from one that the homeserver added.
 *
 * @throws {OracleCallError} `ERR_MATRIX_CROSS_SIGNING` with `side: 'peer'`, `ERR_MATRIX_IDENTITY_CHANGED`
 */
export async function requirePeerIdentity(context: TrustContext, crypto: SdkCrypto, peer: MatrixUserId): Promise<void> {
  const { known, needsUserApproval } = await crypto.getUserVerificationStatus(peer);
  if (!known) throw unsigned('peer');
  await settleIdentity(context, crypto, peer, needsUserApproval);
}

/**
 * For what comes from somebody: the crypto says whether the device is theirs, this whether they are still who they were.
 *
 * @throws {OracleCallError} `ERR_MATRIX_IDENTITY_CHANGED`
 */
export async function requireUnchangedIdentity(
  context: TrustContext,
  crypto: SdkCrypto,
  userId: MatrixUserId,
): Promise<void> {
  const { needsUserApproval } = await crypto.getUserVerificationStatus(userId);
  await settleIdentity(context, crypto, userId, needsUserApproval);
}

/** The crypto remembers the identity that it saw first. Another one may be of the homeserver's own making. */
async function settleIdentity(
  { changedIdentities = 'refuse', logger }: TrustContext,
  crypto: SdkCrypto,
  userId: MatrixUserId,
  isChanged: boolean,
): Promise<void> {
  if (!isChanged) return;
  if (changedIdentities === 'refuse') {
    // It may be approved yet, and what waits for that be taken then.
    throw new OracleCallError('ERR_MATRIX_IDENTITY_CHANGED', undefined, { details: { mayPass: true } });
  }
  await crypto.pinCurrentUserIdentity(userId);
  logger.warn('matrix identity changed', { 'pii.userId': userId });
}

/**
 * Takes somebody's present identity as theirs. A person decides that, after asking the peer over another channel.
 *
 * @throws {OracleCallError} `ERR_MATRIX_CROSS_SIGNING` when they have none
 */
export async function approveChangedIdentity(
  context: AdapterContext,
  peer: MatrixUserId,
  { signal }: WaitOptions = {},
): Promise<void> {
  const crypto = context.client.getCrypto();
  if (crypto === undefined) throw new OracleCallError('ERR_MATRIX_ROOM', 'This client has no crypto.');
  const { known } = await crypto.getUserVerificationStatus(peer);
  if (!known) throw unsigned('peer');
  await request(context, () => crypto.pinCurrentUserIdentity(peer), { refused: 'ERR_MATRIX_CROSS_SIGNING', signal });
}

function unsigned(side: CrossSigningSide): OracleCallError {
  return new OracleCallError('ERR_MATRIX_CROSS_SIGNING', undefined, { details: { side } });
}
