import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { CALL_KEY_BYTES } from '../call-key/call-key.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { ECIES_OVERHEAD_BYTES, sealWithEcies, tryOpenWithEcies } from './ecies.ts';

/*
 * The envelope of the older protocol: a call key sealed with ECIES and nothing else. It does not say who sealed it, nor what
 * for; signed envelopes do. Every length is fixed, because exactly one call key is sealed.
 */

/** Length of an envelope in bytes. */
export const ENVELOPE_BYTES = ECIES_OVERHEAD_BYTES + CALL_KEY_BYTES;

/** An envelope begins with the marker of an uncompressed point (SEC 1 version 2, section 2.3.3), in hex. */
const ENVELOPE_HEX = new RegExp(`^04[0-9a-f]{${(ENVELOPE_BYTES - 1) * 2}}$`, 'i');

export interface SealEnvelopeOptions {
  /** The per-call key, 32 bytes. */
  readonly callKey: SecretBytes;
  /** The oracle's secp256k1 public key, 33 or 65 bytes. */
  readonly recipientPublicKey: Uint8Array;
}

/**
 * Seals a call key to an oracle with ECIES over secp256k1 and returns the envelope in lower-case hex.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED` when the recipient's key is not a point of secp256k1,
 *   `ERR_ENVELOPE_MALFORMED` when the call key has another length
 */
export function sealEnvelope({ callKey, recipientPublicKey }: SealEnvelopeOptions): string {
  if (callKey.length !== CALL_KEY_BYTES) {
    throw new OracleCallError('ERR_ENVELOPE_MALFORMED', `A call key has ${CALL_KEY_BYTES} bytes.`);
  }
  return bytesToHex(sealWithEcies(recipientPublicKey, callKey.expose()));
}

export interface OpenEnvelopeOptions {
  /** The envelope in hex, as the call event carries it. */
  readonly envelopeHex: string;
  /** The oracle's secp256k1 private key, 32 bytes. */
  readonly privateKey: SecretBytes;
}

/**
 * Opens an envelope. Whatever goes wrong after the shape was checked is one error with one message, so that it tells an
 * attacker nothing about the cause.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_MALFORMED` for a wrong shape, `ERR_ENVELOPE_OPEN` when it does not open,
 *   `ERR_ENVELOPE_UNSUPPORTED` when the private key itself is invalid
 */
export function openEnvelope({ envelopeHex, privateKey }: OpenEnvelopeOptions): SecretBytes {
  if (!ENVELOPE_HEX.test(envelopeHex)) throw new OracleCallError('ERR_ENVELOPE_MALFORMED');
  const opened = tryOpenWithEcies(privateKey, hexToBytes(envelopeHex));
  if (opened?.length !== CALL_KEY_BYTES) throw new OracleCallError('ERR_ENVELOPE_OPEN');
  const callKey = new SecretBytes(opened, 'call key');
  opened.fill(0);
  return callKey;
}
