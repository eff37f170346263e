import { OracleCallError } from '@oracle-calls/protocol';
import { CRYPTO_NOTICE } from '../cross-signing/crypto-notices.ts';
import { cryptoOf, readState } from '../cross-signing/account-state.ts';
import { matrixError } from '../js-sdk/adapter-context.ts';
import { RequestedVerification, type DeviceVerification, type VerificationOptions } from './device-verification.ts';
import { CANCELLED, DONE, type SdkVerificationRequest, type VerificationClient } from './verification-client.ts';

/**
 * On a new device: asks the account's other devices to verify it, instead of the recovery key being typed. After `Verified` the device is signed, has
 * the account's private keys, and restores room keys from the backup.
 *
 * @throws {OracleCallError} `ERR_MATRIX_CROSS_SIGNING` when the account has no identity or this device is signed already, `ERR_MATRIX_SESSION`,
 *   `ERR_UPSTREAM_HOMESERVER`
 */
export async function requestDeviceVerification(
  client: VerificationClient,
  options: VerificationOptions = {},
): Promise<DeviceVerification> {
  const crypto = cryptoOf(client);
  try {
    if ((await readState(client, crypto)) !== 'own-device-unsigned') {
      throw new OracleCallError('ERR_MATRIX_CROSS_SIGNING', 'This device needs no verification.', {
        details: { side: 'self' },
      });
    }
    return new RequestedVerification(client, await crypto.requestOwnUserVerification(), options);
  } catch (error) {
    throw matrixError(error, { refused: 'ERR_MATRIX_CROSS_SIGNING' });
  }
}

/**
 * On a signed device: told when another device of the account asks to be verified, also of requests that wait already. Requests between people are not
 * told: those stay the application's.
 */
export function observeDeviceVerifications(
  client: VerificationClient,
  listener: (verification: DeviceVerification) => void,
  options: VerificationOptions = {},
): Disposable {
  const tell = (request: SdkVerificationRequest): void => {
    if (!request.isSelfVerification || request.initiatedByMe) return;
    if (request.phase === CANCELLED || request.phase === DONE) return;
    listener(new RequestedVerification(client, request, options));
  };
  client.on(CRYPTO_NOTICE.verificationRequested, tell);
  const waiting = cryptoOf(client).getVerificationRequestsToDeviceInProgress(client.getUserId() ?? '');
  for (const request of waiting) tell(request);
  return { [Symbol.dispose]: () => void client.off(CRYPTO_NOTICE.verificationRequested, tell) };
}
