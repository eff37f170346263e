import { areBytesEqual } from '../byte-layout/byte-strings.ts';
import { publicKeyOf } from '../envelope/secp256k1-key.ts';
import { x25519PublicKeyOf } from '../envelope/x25519-key.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { loadSuite } from './sealing-suite.ts';
import type { EnvelopeSuite } from './suites.ts';
import { verifySignedEnvelope, type VerifySignedEnvelopeOptions } from './verify.ts';

export interface OpenSignedEnvelopeOptions extends VerifySignedEnvelopeOptions {
  /** The private half of `oracle.envelopeKey`, 32 bytes. */
  readonly envelopePrivateKey: SecretBytes;
}

/**
 * The public half of an envelope key.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED` when it is no private key of that suite
 */
export function envelopePublicKeyOf(suite: EnvelopeSuite, privateKey: SecretBytes): Uint8Array {
  return suite === 'hpke-x25519' ? x25519PublicKeyOf(privateKey) : publicKeyOf(privateKey);
}

/**
 * Verifies an envelope as {@link verifySignedEnvelope} and, only then, opens it: an envelope that is not for this call never
 * meets the private key.
 *
 * @throws {OracleCallError} as `verifySignedEnvelope`; `ERR_ENVELOPE_OPEN` when it does not open, whatever the cause;
 *   `ERR_ENVELOPE_UNSUPPORTED` when the private key is not that of the oracle's envelope key
 */
export async function openSignedEnvelope(options: OpenSignedEnvelopeOptions): Promise<SecretBytes> {
  const { envelope, oracle, envelopePrivateKey } = options;
  const { suite, publicKey } = oracle.envelopeKey;
  if (!areBytesEqual(envelopePublicKeyOf(suite, envelopePrivateKey), publicKey)) {
    throw new OracleCallError('ERR_ENVELOPE_UNSUPPORTED', "The private key is not that of the oracle's envelope key.");
  }
  verifySignedEnvelope(options);
  const sealing = await loadSuite(suite);
  const callKey = await sealing.tryOpen(envelope, envelopePrivateKey, envelope.contextHash);
  if (callKey === undefined) throw new OracleCallError('ERR_ENVELOPE_OPEN');
  return callKey;
}
