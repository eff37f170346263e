import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { ByteReader } from '../byte-layout/byte-reader.ts';
import { areBytesEqual, concatBytes } from '../byte-layout/byte-strings.ts';
import { ByteWriter } from '../byte-layout/byte-writer.ts';
import { DID_MAX_LENGTH, parseDid } from '../did/did.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { METHOD_ID_MAX_LENGTH } from '../signed-envelope/context.ts';
import { type EnvelopeKey, SUITE_TABLE, suiteOfByte } from '../signed-envelope/suites.ts';
import type { CallSigner } from '../signing/call-signer.ts';
import { SIGNATURE_BYTES, SIGNING_ALGORITHMS, type SigningKey } from '../signing/signing-key.ts';
import { isSignatureValid } from '../signing/verify-signature.ts';
import { type KeyPin, type PresentedKeys } from './key-pin.ts';

/** First byte of a rotation's statement. */
const ROTATION_MARKER = 0x20;

/** A secp256k1 key has 33 bytes; nothing here is longer. */
const PUBLIC_KEY_MAX_BYTES = 33;

/** Largest statement that is looked at, in bytes: a DID, two method ids and two keys. */
const ROTATION_MAX_BYTES = 4096;

const LABEL = new TextEncoder().encode('oracle-calls v3 key rotation\n');

/** "From now on my keys are these", said by the keys of before. */
export interface KeyRotation {
  /** Rises with each rotation of a DID, from 1. */
  readonly sequence: number;
  /** Milliseconds since the epoch; for people to see, nothing depends on it. */
  readonly issuedAt: number;
  readonly next: PresentedKeys;
}

interface SignedKeyRotation extends KeyRotation {
  readonly signature: Uint8Array;
}

function encodeUnsigned({ sequence, issuedAt, next }: KeyRotation): Uint8Array<ArrayBuffer> {
  const { did, signingKey, envelopeKey } = next;
  const writer = new ByteWriter()
    .u8(ROTATION_MARKER)
    .text(did)
    .u64(sequence)
    .u64(issuedAt)
    .u8(SIGNING_ALGORITHMS.indexOf(signingKey.algorithm) + 1)
    .text(signingKey.methodId)
    .sized(signingKey.publicKey);
  if (envelopeKey === undefined) return writer.u8(0).finish();
  const { suite, methodId, publicKey } = envelopeKey;
  return writer.u8(SUITE_TABLE[suite].byte).text(methodId).sized(publicKey).finish();
}

/**
 * Signs a rotation with the identity key (a user: signing key) of before. Publish it in the DID document together with the new keys.
 *
 * @returns the statement in hex
 * @throws {TypeError} when the signer is of another DID, or the sequence does not start at 1
 */
export async function signKeyRotation(signer: CallSigner, rotation: KeyRotation): Promise<string> {
  if (signer.did !== rotation.next.did) throw new TypeError('A DID rotates its own keys only.');
  if (rotation.sequence < 1) throw new TypeError('The sequence of rotations starts at 1.');
  const unsigned = encodeUnsigned(rotation);
  return bytesToHex(concatBytes(unsigned, await signer.sign(concatBytes(LABEL, unsigned))));
}

function readSigningKey(reader: ByteReader): SigningKey {
  const algorithm = SIGNING_ALGORITHMS[reader.u8() - 1];
  if (algorithm === undefined) throw new OracleCallError('ERR_KEY_ROTATION');
  return { algorithm, methodId: reader.text(METHOD_ID_MAX_LENGTH), publicKey: reader.sized(PUBLIC_KEY_MAX_BYTES) };
}

function readEnvelopeKey(reader: ByteReader): EnvelopeKey | undefined {
  const byte = reader.u8();
  if (byte === 0) return undefined;
  const suite = suiteOfByte(byte);
  if (suite === undefined) throw new OracleCallError('ERR_KEY_ROTATION');
  return { suite, methodId: reader.text(METHOD_ID_MAX_LENGTH), publicKey: reader.sized(PUBLIC_KEY_MAX_BYTES) };
}

function parseDidOf(text: string): PresentedKeys['did'] {
  try {
    return parseDid(text);
  } catch (cause) {
    throw new OracleCallError('ERR_KEY_ROTATION', undefined, { cause });
  }
}

/**
 * Takes a rotation apart. Parsed is not verified.
 *
 * @throws {OracleCallError} `ERR_KEY_ROTATION`
 */
export function parseKeyRotation(statementHex: string): SignedKeyRotation {
  if (statementHex.length > 2 * ROTATION_MAX_BYTES || !/^(?:[0-9a-f]{2})+$/.test(statementHex)) {
    throw new OracleCallError('ERR_KEY_ROTATION');
  }
  const bytes = hexToBytes(statementHex);
  const reader = new ByteReader(bytes, 'ERR_KEY_ROTATION');
  if (reader.u8() !== ROTATION_MARKER) throw new OracleCallError('ERR_KEY_ROTATION');
  const did = parseDidOf(reader.text(DID_MAX_LENGTH));
  const sequence = reader.u64();
  const issuedAt = reader.u64();
  const signingKey = readSigningKey(reader);
  const envelopeKey = readEnvelopeKey(reader);
  const signature = reader.fixed(SIGNATURE_BYTES);
  reader.end();
  const rotation = { sequence, issuedAt, next: { did, signingKey, envelopeKey } };
  if (sequence < 1 || !areBytesEqual(concatBytes(encodeUnsigned(rotation), signature), bytes)) {
    throw new OracleCallError('ERR_KEY_ROTATION');
  }
  return { ...rotation, signature };
}

/** Whether a rotation is of the pinned DID and signed by the pinned key. */
export function isSignedByPinnedKey(rotation: SignedKeyRotation, { did, signingKey }: KeyPin): boolean {
  const { algorithm, publicKeyHex } = signingKey;
  return (
    rotation.next.did === did &&
    isSignatureValid({
      algorithm,
      publicKey: hexToBytes(publicKeyHex),
      message: concatBytes(LABEL, encodeUnsigned(rotation)),
      signature: rotation.signature,
    })
  );
}
