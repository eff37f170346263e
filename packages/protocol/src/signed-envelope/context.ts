import { sha256 } from '@noble/hashes/sha2.js';
import * as v from 'valibot';
import { matrixEventIdSchema, sfuRoomNameSchema } from '../call-id.ts';
import { CALL_TYPES } from '../call-status.ts';
import { DID_MAX_LENGTH, didSchema } from '../did/did.ts';
import { isMatrixUserId } from '../did/document-services.ts';
import { sessionIdSchema } from '../events/event-content.ts';
import { ENVELOPE_SUITES } from './suites.ts';

/** Length of SHA-256, in bytes: of every hash and commitment here. */
export const HASH_BYTES = 32;

/** Length of the per-call Ed25519 public key, in bytes (RFC 8032, section 5.1.5). */
export const CALL_PUBLIC_KEY_BYTES = 32;

/** Longest time for which a context may be valid, in milliseconds: no call lasts a day. */
export const VALIDITY_MAX_MS = 24 * 60 * 60_000;

/** A DID and a fragment of the same bound. */
export const METHOD_ID_MAX_LENGTH = 2 * DID_MAX_LENGTH;

/** Matrix spec, "Room IDs": at most 255 bytes. */
export const MATRIX_ID_MAX_BYTES = 255;

/** An opaque room id of any room version: `!` and printable ASCII, as every homeserver makes them. */
const matrixRoomIdSchema = v.pipe(
  v.string(),
  v.maxLength(MATRIX_ID_MAX_BYTES),
  v.regex(/^![\x21-\x7e]+$/, 'a Matrix room id'),
);
const matrixUserIdSchema = v.pipe(v.string(), v.check(isMatrixUserId, 'a Matrix user id'));
const methodIdSchema = v.pipe(
  v.string(),
  v.maxLength(METHOD_ID_MAX_LENGTH),
  v.regex(/^did:[!-"$-~]+#[!-"$-~]+$/, 'a DID URL with a fragment'),
);
const instantSchema = v.pipe(v.number(), v.safeInteger('milliseconds since the epoch'), v.minValue(0));
const bytesOf = (length: number) =>
  v.custom<Uint8Array>((bytes) => bytes instanceof Uint8Array && bytes.length === length, `${length} bytes`);
const keySchema = v.object({ methodId: methodIdSchema, keyHash: bytesOf(HASH_BYTES) });

const isOwnMethod = (did: string, { methodId }: { readonly methodId: string }): boolean =>
  methodId.startsWith(`${did}#`);

export const contextFieldsSchema = v.object({
  suite: v.picklist(ENVELOPE_SUITES),
  callType: v.picklist(CALL_TYPES),
  sfuRoomName: sfuRoomNameSchema,
  sessionId: sessionIdSchema,
  userDid: didSchema,
  oracleDid: didSchema,
  matrixRoomId: matrixRoomIdSchema,
  matrixSender: matrixUserIdSchema,
  matrixOracle: matrixUserIdSchema,
  userSigningKey: keySchema,
  oracleEnvelopeKey: keySchema,
  oracleIdentityKey: keySchema,
  /** Raw Ed25519 key made for this call alone; it signs the user's half of the handshake. */
  callPublicKey: bytesOf(CALL_PUBLIC_KEY_BYTES),
  /** Milliseconds since the epoch. */
  notBefore: instantSchema,
  /** Milliseconds since the epoch: the longest that the call may last. */
  notAfter: instantSchema,
  /** SHA-256 of the 32-byte nonce for the comparison code. */
  comparisonCommitment: bytesOf(HASH_BYTES),
  /** The oracle's ring that this call answers. */
  ringEventId: v.optional(matrixEventIdSchema),
});

/** Everything that a call key is meant for: names, and hashes of the keys behind the names. */
export type EnvelopeContext = v.InferOutput<typeof contextFieldsSchema>;

export const contextSchema: v.GenericSchema<unknown, EnvelopeContext> = v.pipe(
  contextFieldsSchema,
  v.check(({ userDid, userSigningKey }) => isOwnMethod(userDid, userSigningKey), "the user's own key"),
  v.check(({ oracleDid, oracleEnvelopeKey }) => isOwnMethod(oracleDid, oracleEnvelopeKey), "the oracle's own key"),
  v.check(({ oracleDid, oracleIdentityKey }) => isOwnMethod(oracleDid, oracleIdentityKey), "the oracle's own key"),
  v.check(({ notBefore, notAfter }) => notBefore < notAfter, 'notBefore before notAfter'),
  v.check(({ notBefore, notAfter }) => notAfter - notBefore <= VALIDITY_MAX_MS, 'at most a day of validity'),
);

/** A key as a context binds it. */
export type KeyBinding = EnvelopeContext['userSigningKey'];

/** Binds a key: its name and the SHA-256 of its raw bytes (secp256k1: compressed). */
export function bindKey({
  methodId,
  publicKey,
}: {
  readonly methodId: string;
  readonly publicKey: Uint8Array;
}): KeyBinding {
  return { methodId, keyHash: sha256(publicKey) };
}

/** Commits to the nonce of the comparison code, so that it cannot be chosen later: what the handshake checks. */
export { commitmentTo as commitToNonce } from '../comparison-code/comparison-code.ts';
