/**
 * Makes memory.json with fresh keys: sealing is random, so its rows are opened and never made again.
 *
 *     node vectors/make-memory-vectors.ts > vectors/memory.json
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { parseDid } from '../src/did/did.ts';
import { encodeMemoryBody, sealMemory, type MemoryScope } from '../src/memory/index.ts';
import { createOracle, NOW, ORACLE_DID } from '../src/signed-envelope/scene.fixture.ts';
import { ENVELOPE_SUITES, type EnvelopeSuite } from '../src/signed-envelope/suites.ts';

const scope: MemoryScope = {
  oracleDid: ORACLE_DID,
  userDid: parseDid('did:ixo:user123'),
  matrixUserId: '@alice:example.org',
  sessionId: 'session-1',
};
const body = {
  turns: [
    { speaker: 'user', text: 'Grüße, 世界', at: NOW },
    { speaker: 'oracle', text: 'Good morning.', at: NOW + 1 },
  ],
  notes: { name: 'Ada', guests: [2, null] },
} as const;
const facts = { revision: 7, erasedAt: NOW - 2, keptAt: NOW };

async function row(suite: EnvelopeSuite) {
  const oracle = createOracle(suite);
  const { envelopeKey, identityKey, envelopePrivateKey } = oracle;
  const record = await sealMemory({ scope, facts, body: encodeMemoryBody(body), oracle });
  const forger = createOracle(suite);
  const { identitySigner } = forger;
  const forged = await sealMemory({
    scope,
    facts,
    body: encodeMemoryBody(body),
    oracle: { envelopeKey, identityKey, identitySigner },
  });
  const changed = (at: number): string => bytesToHex(record.with(at, (record.at(at) ?? 0) ^ 1));
  const accepted = {
    name: suite,
    scope,
    facts,
    oracle: {
      envelopeKey: {
        methodId: envelopeKey.methodId,
        suite,
        publicKeyHex: bytesToHex(envelopeKey.publicKey),
        privateKeyHex: bytesToHex(envelopePrivateKey.expose()),
      },
      identityKey: {
        methodId: identityKey.methodId,
        algorithm: identityKey.algorithm,
        publicKeyHex: bytesToHex(identityKey.publicKey),
      },
    },
    recordHex: bytesToHex(record),
    body,
  };
  const refusals = [
    { name: 'another layout', recordHex: changed(1), why: 'malformed' },
    { name: 'it ends early', recordHex: bytesToHex(record.slice(0, 200)), why: 'malformed' },
    { name: 'sealed to another key', recordHex: changed(30), why: 'other-key' },
    { name: 'another number', recordHex: changed(10), why: 'signature' },
    { name: 'signed by somebody else', recordHex: bytesToHex(forged), why: 'signature' },
    { name: 'another user', scope: { userDid: 'did:ixo:user124' }, why: 'signature' },
    { name: 'another account', scope: { matrixUserId: '@mallory:example.org' }, why: 'signature' },
    { name: 'another session', scope: { sessionId: 'session-2' }, why: 'signature' },
    { name: 'another oracle', scope: { oracleDid: 'did:ixo:oracle789' }, why: 'signature' },
  ];
  return { accepted, rejected: refusals.map((refusal) => ({ of: suite, ...refusal })) };
}

const rows = await Promise.all(ENVELOPE_SUITES.map(row));
const vectors = {
  about:
    'Memories, docs/protocol.md. Open recordHex for scope with the keys of oracle: facts and body. A rejected row is another record, or the same for another scope; every one is ERR_MEMORY_REFUSED, and why says which check failed.',
  accepted: rows.map(({ accepted }) => accepted),
  rejected: rows.flatMap(({ rejected }) => rejected),
};
process.stdout.write(`${JSON.stringify(vectors, null, 2)}\n`);
