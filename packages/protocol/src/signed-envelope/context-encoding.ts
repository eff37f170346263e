import { sha256 } from '@noble/hashes/sha2.js';
import { ByteReader } from '../byte-layout/byte-reader.ts';
import { areBytesEqual, concatBytes } from '../byte-layout/byte-strings.ts';
import { ByteWriter } from '../byte-layout/byte-writer.ts';
import { CALL_TYPES } from '../call-status.ts';
import { DID_MAX_LENGTH } from '../did/did.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { parseWith } from '../parse.ts';
import {
  CALL_PUBLIC_KEY_BYTES,
  contextSchema,
  type EnvelopeContext,
  HASH_BYTES,
  type KeyBinding,
  MATRIX_ID_MAX_BYTES,
  METHOD_ID_MAX_LENGTH,
} from './context.ts';
import { CONTEXT_LABEL } from './labels.ts';
import { SUITE_TABLE, suiteOfByte } from './suites.ts';

/** The protocol's version that a context states: the strict protocol. */
export const CONTEXT_VERSION = 3;

/**
 * The bytes of a context: fields in a fixed order, each behind its length unless its size is fixed. One context has one encoding.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_MALFORMED` when a field does not have its shape
 */
export function encodeContext(context: EnvelopeContext): Uint8Array<ArrayBuffer> {
  const checked = parseWith(contextSchema, context, 'ERR_ENVELOPE_MALFORMED');
  const writer = new ByteWriter()
    .u8(CONTEXT_VERSION)
    .u8(SUITE_TABLE[checked.suite].byte)
    .u8(CALL_TYPES.indexOf(checked.callType) + 1)
    .text(checked.sfuRoomName)
    .text(checked.sessionId)
    .text(checked.userDid)
    .text(checked.oracleDid)
    .text(checked.matrixRoomId)
    .text(checked.matrixSender)
    .text(checked.matrixOracle);
  for (const { methodId, keyHash } of [checked.userSigningKey, checked.oracleEnvelopeKey, checked.oracleIdentityKey]) {
    writer.text(methodId).fixed(keyHash, HASH_BYTES);
  }
  return writer
    .fixed(checked.callPublicKey, CALL_PUBLIC_KEY_BYTES)
    .u64(checked.notBefore)
    .u64(checked.notAfter)
    .fixed(checked.comparisonCommitment, HASH_BYTES)
    .text(checked.ringEventId ?? '')
    .finish();
}

function readKey(reader: ByteReader): KeyBinding {
  return { methodId: reader.text(METHOD_ID_MAX_LENGTH), keyHash: reader.fixed(HASH_BYTES) };
}

/**
 * Reads the bytes of a context, and accepts only those that encoding gives again.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_MALFORMED`, `ERR_PROTOCOL_UNKNOWN_VERSION`, `ERR_ENVELOPE_UNSUPPORTED` for an unknown suite
 */
export function decodeContext(bytes: Uint8Array): EnvelopeContext {
  const reader = new ByteReader(bytes, 'ERR_ENVELOPE_MALFORMED');
  if (reader.u8() !== CONTEXT_VERSION) throw new OracleCallError('ERR_PROTOCOL_UNKNOWN_VERSION');
  const suite = suiteOfByte(reader.u8());
  if (suite === undefined) throw new OracleCallError('ERR_ENVELOPE_UNSUPPORTED', 'The suite is not known.');
  const fields = {
    suite,
    callType: CALL_TYPES[reader.u8() - 1],
    sfuRoomName: reader.text(MATRIX_ID_MAX_BYTES),
    sessionId: reader.text(MATRIX_ID_MAX_BYTES),
    userDid: reader.text(DID_MAX_LENGTH),
    oracleDid: reader.text(DID_MAX_LENGTH),
    matrixRoomId: reader.text(MATRIX_ID_MAX_BYTES),
    matrixSender: reader.text(MATRIX_ID_MAX_BYTES),
    matrixOracle: reader.text(MATRIX_ID_MAX_BYTES),
    userSigningKey: readKey(reader),
    oracleEnvelopeKey: readKey(reader),
    oracleIdentityKey: readKey(reader),
    callPublicKey: reader.fixed(CALL_PUBLIC_KEY_BYTES),
    notBefore: reader.u64(),
    notAfter: reader.u64(),
    comparisonCommitment: reader.fixed(HASH_BYTES),
  };
  const ringEventId = reader.text(MATRIX_ID_MAX_BYTES);
  reader.end();
  const context = parseWith(
    contextSchema,
    { ...fields, ...(ringEventId === '' ? {} : { ringEventId }) },
    'ERR_ENVELOPE_MALFORMED',
  );
  if (!areBytesEqual(encodeContext(context), bytes)) throw new OracleCallError('ERR_ENVELOPE_MALFORMED');
  return context;
}

/** What stands for a context everywhere: SHA-256 over the label and the encoded context. */
export function hashContext(encoded: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(sha256(concatBytes(CONTEXT_LABEL, encoded)));
}
