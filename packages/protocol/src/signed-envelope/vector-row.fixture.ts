import { hexToBytes } from '@noble/hashes/utils.js';
import * as v from 'valibot';
import { matrixEventIdSchema, sfuRoomNameSchema } from '../call-id.ts';
import { CALL_TYPES } from '../call-status.ts';
import { didSchema } from '../did/did.ts';
import type { OracleKeys } from '../did/call-keys.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { SIGNING_ALGORITHMS, type SigningKey } from '../signing/signing-key.ts';
import type { EnvelopeContext } from './context.ts';
import type { ExpectedCall } from './verify.ts';
import { ENVELOPE_SUITES } from './suites.ts';

const hexSchema = v.pipe(
  v.string(),
  v.regex(/^([0-9a-f]{2})*$/),
  v.transform((hex) => hexToBytes(hex)),
);
const keyHashSchema = v.pipe(
  v.object({ methodId: v.string(), keyHashHex: hexSchema }),
  v.transform(({ methodId, keyHashHex }) => ({ methodId, keyHash: keyHashHex })),
);

const contextRowSchema = v.object({
  suite: v.picklist(ENVELOPE_SUITES),
  callType: v.picklist(CALL_TYPES),
  sfuRoomName: sfuRoomNameSchema,
  sessionId: v.string(),
  userDid: didSchema,
  oracleDid: didSchema,
  matrixRoomId: v.string(),
  matrixSender: v.string(),
  matrixOracle: v.string(),
  userSigningKey: keyHashSchema,
  oracleEnvelopeKey: keyHashSchema,
  oracleIdentityKey: keyHashSchema,
  callPublicKeyHex: hexSchema,
  notBefore: v.number(),
  notAfter: v.number(),
  comparisonCommitmentHex: hexSchema,
  ringEventId: v.optional(matrixEventIdSchema),
});

export const oracleRowSchema = v.object({
  did: didSchema,
  envelopeKey: v.object({
    methodId: v.string(),
    suite: v.picklist(ENVELOPE_SUITES),
    publicKeyHex: hexSchema,
    privateKeyHex: hexSchema,
  }),
  identityKey: v.object({ methodId: v.string(), algorithm: v.picklist(SIGNING_ALGORITHMS), publicKeyHex: hexSchema }),
});

/** A row of `signed-envelope.json`, before its envelope is made. */
export const plannedRowSchema = v.object({
  name: v.string(),
  user: v.object({
    did: didSchema,
    methodId: v.string(),
    algorithm: v.picklist(SIGNING_ALGORITHMS),
    publicKeyHex: hexSchema,
    privateKeyHex: hexSchema,
  }),
  oracle: oracleRowSchema,
  now: v.number(),
  callKeyHex: hexSchema,
  context: contextRowSchema,
});
export type PlannedRow = v.InferOutput<typeof plannedRowSchema>;

export const secret = (bytes: Uint8Array): SecretBytes => new SecretBytes(bytes, 'published test vector');

export function contextOf({ context }: PlannedRow): EnvelopeContext {
  const { callPublicKeyHex, comparisonCommitmentHex, ringEventId, ...rest } = context;
  return {
    ...rest,
    callPublicKey: callPublicKeyHex,
    comparisonCommitment: comparisonCommitmentHex,
    ...(ringEventId === undefined ? {} : { ringEventId }),
  };
}

export function oracleOf({
  did,
  envelopeKey,
  identityKey,
}: PlannedRow['oracle']): Pick<OracleKeys, 'did' | 'envelopeKey' | 'identityKey'> {
  const { methodId, suite, publicKeyHex } = envelopeKey;
  return {
    did,
    envelopeKey: { methodId, suite, publicKey: publicKeyHex },
    identityKey: {
      methodId: identityKey.methodId,
      algorithm: identityKey.algorithm,
      publicKey: identityKey.publicKeyHex,
    },
  };
}

export function userKeyOf({ user }: PlannedRow): SigningKey {
  return { methodId: user.methodId, algorithm: user.algorithm, publicKey: user.publicKeyHex };
}

export function expectedOf({ context }: PlannedRow): ExpectedCall {
  const { callType, sfuRoomName, sessionId, userDid, matrixRoomId, matrixSender, matrixOracle, ringEventId } = context;
  const names = { callType, sfuRoomName, sessionId, userDid, matrixRoomId, matrixSender, matrixOracle };
  return { ...names, ...(ringEventId === undefined ? {} : { ringEventId }) };
}
