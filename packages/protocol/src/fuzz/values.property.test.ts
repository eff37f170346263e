/** Every parser of values from outside: event contents, DID documents, pins, key files, problem documents, HTTP bodies. */
import callEvents from '../../vectors/call-events.json' with { type: 'json' };
import ringEvents from '../../vectors/ring-events.json' with { type: 'json' };
import dataFrames from '../../vectors/data-frames.json' with { type: 'json' };
import rotations from '../../vectors/key-rotation.json' with { type: 'json' };
import fc from 'fast-check';
import type { GenericSchema } from 'valibot';
import { describe } from 'vitest';
import { type DataKind, decodePayload } from '../data-frame/payload.ts';
import { readOracleKeys, readUserSigningKey } from '../did/call-keys.ts';
import { parseDid } from '../did/did.ts';
import { didKeyMethodIdOf, didKeyOf, multikeyOf } from '../did/did-key.ts';
import { pickEnvelopeKey } from '../did/document-keys.ts';
import { keyRotationServiceOf, readBackendUrl, readKeyRotations, readMatrixUserId } from '../did/document-services.ts';
import { buildOracleDidDocument } from '../did/oracle-document.ts';
import { readDocument } from '../did/resolution.ts';
import { encodeOracleKeyFile, parseOracleKeyFile } from '../envelope/oracle-key-file.ts';
import { createOracleKeyPair } from '../envelope/secp256k1-key.ts';
import { createX25519KeyPair } from '../envelope/x25519-key.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { tryParseProblem } from '../errors/problem.ts';
import { toProblem } from '../errors/to-problem.ts';
import { parseCallAnswer } from '../events/call-answer.ts';
import { parseCallEvent } from '../events/call-event.ts';
import { parseRingAnswer } from '../events/ring-answer.ts';
import { parseRingEvent } from '../events/ring-event.ts';
import * as http from '../http/index.ts';
import { parseKeyPin } from '../key-pin/key-pin.ts';
import { parseWith } from '../parse.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { signingPublicKeyOf } from '../signing/raw-key-signer.ts';
import { fuzzTest } from './fuzz.fixture.ts';
import { mutatedJson } from './mutated-json.fixture.ts';
import { mutatedText } from './mutated-text.fixture.ts';

const { calls, answers } = callEvents;
interface Contents {
  readonly base: object;
  readonly accepted: readonly object[];
}
const contentsOf = (group: Contents): readonly unknown[] =>
  group.accepted.map((row) => ({ ...group.base, ...('change' in row ? (row.change as object) : {}) }));
fuzzTest('call events', mutatedJson(contentsOf(calls)), parseCallEvent);
fuzzTest('answers', mutatedJson(contentsOf(answers)), parseCallAnswer);
fuzzTest('rings', mutatedJson(contentsOf(ringEvents.rings)), parseRingEvent);
fuzzTest('answers to rings', mutatedJson(contentsOf(ringEvents.answers)), parseRingAnswer);

const DID = parseDid('did:ixo:oracle456');
const { privateKey, publicKey } = createOracleKeyPair();
const identityPublicKey = signingPublicKeyOf('Ed25519', SecretBytes.random(32, 'identity'));
const statement = rotations.accepted[0]?.statementHex ?? '';
const built = buildOracleDidDocument({
  ...{ did: DID, publicKey, envelopePublicKey: createX25519KeyPair().publicKey, identityPublicKey },
  ...{ matrixUserId: '@oracle:example.org', backendUrl: 'https://calls.example.org' },
});
const documents = [
  { ...built, service: [...(built.service ?? []), keyRotationServiceOf(DID, 1, statement)] },
  {
    id: DID,
    verificationMethod: [
      { id: '#1', type: 'Multikey', controller: DID, publicKeyMultibase: multikeyOf('secp256k1', publicKey) },
    ],
    keyAgreement: ['#1'],
    authentication: [`${DID}#1`],
  },
];
const document = mutatedJson(documents);
fuzzTest('DID documents: keys of an oracle', document, (value) => readOracleKeys(readDocument(DID, value)));
fuzzTest('DID documents: key of the older protocol', document, (value) => pickEnvelopeKey(readDocument(DID, value)));
fuzzTest('DID documents: services', document, (value) => {
  const read = readDocument(DID, value);
  return [readMatrixUserId(read), readBackendUrl(read, {}), readKeyRotations(read)];
});
const userDid = didKeyOf('secp256k1', publicKey);
const methodId = didKeyMethodIdOf(userDid);
const userMethod = {
  ...{ id: methodId, type: 'Multikey', controller: userDid },
  publicKeyMultibase: multikeyOf('secp256k1', publicKey),
};
const users = mutatedJson([{ id: userDid, verificationMethod: [userMethod], assertionMethod: [methodId] }]);
fuzzTest('DID documents: key of a user', users, (value) => readUserSigningKey(readDocument(userDid, value), methodId));

const pins = rotations.accepted.map(({ next, sequence }) => ({ v: 1, ...next, sequence }));
fuzzTest('pins', mutatedJson(pins), parseKeyPin);
fuzzTest('key files', mutatedText([encodeOracleKeyFile(DID, privateKey, {})]), parseOracleKeyFile);

const problems = (['ERR_AUTH_MISSING', 'ERR_PROTOCOL_MALFORMED'] as const).map((code) =>
  toProblem(new OracleCallError(code, 'It is so.', { details: { issues: ['a: b expected'] } })),
);
fuzzTest('problem documents', mutatedJson(problems), (value) => {
  const error = tryParseProblem(value);
  if (error === undefined) throw new OracleCallError('ERR_PROTOCOL_MALFORMED');
  return error;
});

const encoder = new TextEncoder();
const payloads = dataFrames.sequences.flatMap(({ frames }) => frames.map(({ payload }) => payload));
/** Not every value can be written as JSON; what arrives is JSON or bytes, and bytes have their own tests. */
const isJson = (value: unknown): boolean => {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
};
const kinds = fc.constantFrom<DataKind>('control', 'caption', 'chat');
fuzzTest('payloads of data frames', fc.tuple(kinds, mutatedJson(payloads).filter(isJson)), ([kind, value]) =>
  decodePayload(kind, encoder.encode(JSON.stringify(value))),
);

const TOKEN = 'a'.repeat(43);
const ROOM = 'lk-0123456789abcdef';
const CALL = { callId: `$event@${ROOM}`, sessionId: 'session-1' };
const RECORD = {
  ...{ ...CALL, callType: 'audio', callStatus: 'ended', callStartedAt: '2026-01-01T10:00:00.000Z' },
  ...{ endReason: 'hangup', userDid, oracleDid: DID },
};
const RING = { userId: '@alice:example.org', callType: 'audio', reason: 'Ready.', lifetimeMs: 45_000 };
const OPEN_ID = { openIdToken: { access_token: TOKEN, matrix_server_name: 'example.org' } };

describe('HTTP:', () => {
  const body = (name: string, schema: GenericSchema, valid: unknown): void =>
    fuzzTest(name, mutatedJson([valid]), (value) => parseWith(schema, value));
  body('requests for a session', http.sessionRequestSchema, OPEN_ID);
  body('requests for a join token', http.joinTokenRequestSchema, { roomId: ROOM, oracleDid: DID });
  body('sync requests', http.syncRequestSchema, CALL);
  body('update requests', http.updateRequestSchema, { callStatus: 'ended', endReason: 'hangup' });
  body('requests for a ring', http.ringRequestSchema, RING);
  body('answers with a ring', http.ringRecordSchema, {
    ...{ ...RING, ringId: '$ring', oracleDid: DID, ringStatus: 'accepted', callId: CALL.callId },
    ringStartedAt: RECORD.callStartedAt,
  });
  body('queries for calls', http.callsQuerySchema, { status: 'active', limit: '10' });
  body('claims', http.claimRequestSchema, { ticket: TOKEN, roomId: ROOM });
  body('answers with calls', http.callsResponseSchema, { calls: [RECORD], nextCursor: 'x' });
  body('answers with a key', http.keyResponseSchema, { encryptionKey: '10'.repeat(300), userDid, oracleDid: DID });
});
