import { OracleCallError } from '../errors/oracle-call-error.ts';
import { signedMessage } from '../key-schedule/labelled-hash.ts';
import type { Signer, Verifier } from './signer.ts';
import { SIGNATURE_BYTES } from './signing-key.ts';

/**
 * Signs a hash under a label.
 *
 * @throws {OracleCallError} `ERR_HANDSHAKE_SIGNATURE` when the signer returns something that is no signature
 */
export async function signHash(signer: Signer, label: string, hash: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const signature = new Uint8Array(await signer.sign(signedMessage(label, hash)));
  if (signature.length !== SIGNATURE_BYTES) throw new OracleCallError('ERR_HANDSHAKE_SIGNATURE');
  return signature;
}

/**
 * Checks a signature over a hash under a label. A verifier that fails is one that says no.
 *
 * @throws {OracleCallError} `ERR_HANDSHAKE_SIGNATURE`
 */
export async function checkSignedHash(
  verifier: Verifier,
  label: string,
  hash: Uint8Array,
  signature: Uint8Array<ArrayBuffer>,
): Promise<void> {
  let isValid: boolean;
  try {
    isValid = await verifier.verify(signedMessage(label, hash), signature);
  } catch (cause) {
    throw new OracleCallError('ERR_HANDSHAKE_SIGNATURE', undefined, { cause });
  }
  if (!isValid) throw new OracleCallError('ERR_HANDSHAKE_SIGNATURE');
}
