import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ByteReader } from '../byte-layout/byte-reader.ts';
import { areBytesEqual, concatBytes } from '../byte-layout/byte-strings.ts';
import { ByteWriter } from '../byte-layout/byte-writer.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { SIGNATURE_BYTES } from '../signing/signing-key.ts';
import type { EnvelopeContext } from './context.ts';
import { decodeContext, encodeContext, hashContext } from './context-encoding.ts';
import { SIGNATURE_LABEL } from './labels.ts';
import { SUITE_TABLE } from './suites.ts';

/** First byte of a signed envelope. A bare ECIES envelope begins with 0x04, 0x02 or 0x03: a point of SEC 1. */
export const SIGNED_ENVELOPE_MARKER = 0x10;

/** Largest signed envelope that is looked at, in bytes: the bounds of all names together stay below. */
export const SIGNED_ENVELOPE_MAX_BYTES = 8192;

/** The call key, sealed. */
export interface SealedKey {
  /** HPKE: the encapsulated key. ECIES: the ephemeral public key. */
  readonly encapsulatedKey: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** An envelope taken apart. Parsed is not verified: nothing in it may be believed yet. */
export interface SignedEnvelope extends SealedKey {
  readonly context: EnvelopeContext;
  /** SHA-256 that stands for the context in everything that follows. */
  readonly contextHash: Uint8Array;
  readonly signature: Uint8Array;
}

type Unsigned = Pick<SignedEnvelope, 'context' | 'encapsulatedKey' | 'ciphertext'>;

function encodeUnsigned({ context, encapsulatedKey, ciphertext }: Unsigned): Uint8Array<ArrayBuffer> {
  return new ByteWriter()
    .u8(SIGNED_ENVELOPE_MARKER)
    .sized(encodeContext(context))
    .sized(encapsulatedKey)
    .sized(ciphertext)
    .finish();
}

/** What the user signs: the label and the SHA-256 of everything before the signature. */
export function messageToSign(envelope: Unsigned): Uint8Array<ArrayBuffer> {
  return concatBytes(SIGNATURE_LABEL, sha256(encodeUnsigned(envelope)));
}

/** The bytes of an envelope. One envelope has one encoding. */
export function encodeSignedEnvelope(envelope: SignedEnvelope): Uint8Array<ArrayBuffer> {
  const { context, signature, encapsulatedKey, ciphertext } = envelope;
  const sizes = SUITE_TABLE[context.suite];
  if (
    encapsulatedKey.length !== sizes.encapsulatedKeyBytes ||
    ciphertext.length !== sizes.ciphertextBytes ||
    signature.length !== SIGNATURE_BYTES
  ) {
    throw new OracleCallError('ERR_ENVELOPE_MALFORMED', 'The sealed key does not have the sizes of its suite.');
  }
  return concatBytes(encodeUnsigned(envelope), signature);
}

/** Whether the text of `encryptionKey` claims to be a signed envelope, rather than one of the older protocol. */
export function isSignedEnvelope(envelopeHex: string): boolean {
  return envelopeHex.startsWith(SIGNED_ENVELOPE_MARKER.toString(16));
}

/**
 * Takes an envelope apart, from the hex in `encryptionKey`: lower case, since one envelope has one text. Only its shape is
 * checked; `verifySignedEnvelope` and `openSignedEnvelope` do the rest.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_MALFORMED`, `ERR_PROTOCOL_UNKNOWN_VERSION`, `ERR_ENVELOPE_UNSUPPORTED` for an unknown suite
 */
export function parseSignedEnvelope(envelopeHex: string): SignedEnvelope {
  if (envelopeHex.length > 2 * SIGNED_ENVELOPE_MAX_BYTES || !/^(?:[0-9a-f]{2})+$/.test(envelopeHex)) {
    throw new OracleCallError('ERR_ENVELOPE_MALFORMED');
  }
  const bytes = hexToBytes(envelopeHex);
  const reader = new ByteReader(bytes, 'ERR_ENVELOPE_MALFORMED');
  if (reader.u8() !== SIGNED_ENVELOPE_MARKER) throw new OracleCallError('ERR_ENVELOPE_MALFORMED');
  const encodedContext = reader.sized(SIGNED_ENVELOPE_MAX_BYTES);
  const context = decodeContext(encodedContext);
  const sizes = SUITE_TABLE[context.suite];
  const envelope = {
    context,
    contextHash: hashContext(encodedContext),
    encapsulatedKey: reader.sized(sizes.encapsulatedKeyBytes),
    ciphertext: reader.sized(sizes.ciphertextBytes),
    signature: reader.fixed(SIGNATURE_BYTES),
  };
  reader.end();
  if (!areBytesEqual(encodeSignedEnvelope(envelope), bytes)) throw new OracleCallError('ERR_ENVELOPE_MALFORMED');
  return envelope;
}

/** The text of an envelope for `encryptionKey`. */
export function formatSignedEnvelope(envelope: SignedEnvelope): string {
  return bytesToHex(encodeSignedEnvelope(envelope));
}
