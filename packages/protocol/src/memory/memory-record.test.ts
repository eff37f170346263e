import { describe, expect, test } from 'vitest';
import { parseDid } from '../did/did.ts';
import { concatBytes } from '../byte-layout/byte-strings.ts';
import { REQUEST_MAX_BYTES } from '../http/routes.ts';
import { signedMessage } from '../key-schedule/labelled-hash.ts';
import { createOracle, NOW, ORACLE_DID } from '../signed-envelope/scene.fixture.ts';
import { ENVELOPE_SUITES } from '../signed-envelope/suites.ts';
import { isSignatureValid } from '../signing/verify-signature.ts';
import { openMemory, sealMemory, type OpenedMemory } from './memory-record.ts';
import { MEMORY_BODY_MAX_BYTES, MEMORY_RECORD_MAX_BYTES } from './memory-record-size.ts';
import { hashMemoryContext, hashMemoryRecord, hashMemoryScope, type MemoryScope } from './memory-scope.ts';

const SCOPE: MemoryScope = {
  oracleDid: ORACLE_DID,
  userDid: parseDid('did:ixo:user123'),
  matrixUserId: '@alice:example.org',
  sessionId: 'session-1',
};
const FACTS = { revision: 7, erasedAt: 0, keptAt: NOW };
const BODY = new TextEncoder().encode('{"turns":[],"notes":{"name":"Ada"}}');
const refusedAs = (why: string): unknown => expect.objectContaining({ code: 'ERR_MEMORY_REFUSED', details: { why } });

describe.each(ENVELOPE_SUITES)('a memory that is sealed with %s', (suite) => {
  const oracle = createOracle(suite);
  const seal = (body = BODY): Promise<Uint8Array<ArrayBuffer>> =>
    sealMemory({ scope: SCOPE, facts: FACTS, body, oracle });
  const open = (record: Uint8Array, scope = SCOPE, reader = oracle): Promise<OpenedMemory> =>
    openMemory({ scope, record, oracle: reader, envelopePrivateKey: reader.envelopePrivateKey });

  test('opens for the session, with what it says of itself', async () => {
    expect(await open(await seal())).toEqual({ ...FACTS, body: BODY });
  });

  test.each<[keyof MemoryScope, Partial<MemoryScope>]>([
    ['oracleDid', { oracleDid: parseDid('did:ixo:another') }],
    ['userDid', { userDid: parseDid('did:ixo:user124') }],
    ['matrixUserId', { matrixUserId: '@alice:example.com' }],
    ['sessionId', { sessionId: 'session-2' }],
  ])('is refused for another %s', async (_what, change) => {
    await expect(open(await seal(), { ...SCOPE, ...change })).rejects.toEqual(refusedAs('signature'));
  });

  test('is refused when anybody else sealed it, who needs but the public key', async () => {
    const { envelopeKey } = oracle;
    const forger = createOracle(suite);
    // Signed by a key of the forger's: named in the header, or passed off as the oracle's.
    const named = await sealMemory({ scope: SCOPE, facts: FACTS, body: BODY, oracle: { ...forger, envelopeKey } });
    await expect(open(named)).rejects.toEqual(refusedAs('other-key'));
    const { identityKey } = oracle;
    const passed = { envelopeKey, identityKey, identitySigner: forger.identitySigner };
    const forged = await sealMemory({ scope: SCOPE, facts: FACTS, body: BODY, oracle: passed });
    await expect(open(forged)).rejects.toEqual(refusedAs('signature'));
    // The twin: whoever checked no signature would be told what the forger wrote.
    const trusting = { ...oracle, identityKey: { ...forger.identityKey } };
    expect(
      (
        await openMemory({
          scope: SCOPE,
          record: named,
          oracle: trusting,
          envelopePrivateKey: oracle.envelopePrivateKey,
        })
      ).body,
    ).toEqual(BODY);
  });

  test('is refused under other keys of the same oracle, and that is said apart', async () => {
    await expect(open(await seal(), SCOPE, createOracle(suite))).rejects.toEqual(refusedAs('other-key'));
  });

  test('is refused with any byte changed', async () => {
    const record = await seal();
    for (const at of [0, 1, 2, 10, 18, 26, 40, 70, 100, 140, record.length - 70, record.length - 1]) {
      const changed = record.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(open(changed)).rejects.toMatchObject({ code: 'ERR_MEMORY_REFUSED' });
    }
    for (const odd of [record.slice(0, 60), concatBytes(record, new Uint8Array(1)), new Uint8Array(0)]) {
      await expect(open(odd)).rejects.toMatchObject({ code: 'ERR_MEMORY_REFUSED' });
    }
  });

  test('is as large as a request takes, and no larger', async () => {
    const record = await seal(new Uint8Array(MEMORY_BODY_MAX_BYTES));
    expect(record.length).toBeLessThanOrEqual(MEMORY_RECORD_MAX_BYTES);
    expect((await open(record)).body).toHaveLength(MEMORY_BODY_MAX_BYTES);
    expect(MEMORY_RECORD_MAX_BYTES * (4 / 3)).toBeLessThan(REQUEST_MAX_BYTES - 1_024);
    await expect(seal(new Uint8Array(MEMORY_BODY_MAX_BYTES + 1))).rejects.toMatchObject({
      code: 'ERR_PROTOCOL_TOO_LARGE',
    });
  });
});

test('names that run into each other are other scopes', () => {
  const one = hashMemoryScope({ ...SCOPE, matrixUserId: '@a:b', sessionId: 'cd' });
  expect(hashMemoryScope({ ...SCOPE, matrixUserId: '@a:bc', sessionId: 'd' })).not.toEqual(one);
});

test('what is signed for a memory means nothing elsewhere', async () => {
  const { identitySigner, identityKey } = createOracle('hpke-x25519');
  const hash = hashMemoryRecord(hashMemoryContext(SCOPE, new Uint8Array(3)), new Uint8Array(5));
  const signature = await identitySigner.sign(signedMessage('memory signature', hash));
  const { algorithm, publicKey } = identityKey;
  const elsewhere = signedMessage('offer signature', hash);
  expect(isSignatureValid({ algorithm, publicKey, message: elsewhere, signature })).toBe(false);
});
