import { hexToBytes } from '@noble/hashes/utils.js';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import vectors from '../../vectors/memory.json' with { type: 'json' };
import { parseDid } from '../did/did.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { ENVELOPE_SUITES } from '../signed-envelope/suites.ts';
import { SIGNING_ALGORITHMS } from '../signing/signing-key.ts';
import { decodeMemoryBody } from './memory-body.ts';
import { openMemory, type OpenedMemory } from './memory-record.ts';

type Row = (typeof vectors.accepted)[number];

async function open(row: Row, recordHex = row.recordHex, change: object = {}): Promise<OpenedMemory> {
  const { envelopeKey, identityKey } = row.oracle;
  const named = { ...row.scope, ...change };
  const suite = v.parse(v.picklist(ENVELOPE_SUITES), envelopeKey.suite);
  const algorithm = v.parse(v.picklist(SIGNING_ALGORITHMS), identityKey.algorithm);
  return openMemory({
    scope: { ...named, oracleDid: parseDid(named.oracleDid), userDid: parseDid(named.userDid) },
    record: hexToBytes(recordHex),
    oracle: {
      envelopeKey: { methodId: envelopeKey.methodId, suite, publicKey: hexToBytes(envelopeKey.publicKeyHex) },
      identityKey: { methodId: identityKey.methodId, algorithm, publicKey: hexToBytes(identityKey.publicKeyHex) },
    },
    envelopePrivateKey: new SecretBytes(hexToBytes(envelopeKey.privateKeyHex), 'published test vector'),
  });
}

test('there is one of each suite, and each is refused in every way', () => {
  expect(vectors.accepted.map(({ name }) => name)).toEqual([...ENVELOPE_SUITES]);
  expect(new Set(vectors.rejected.map(({ of }) => of))).toEqual(new Set(ENVELOPE_SUITES));
  expect(new Set(vectors.rejected.map(({ why }) => why))).toEqual(new Set(['malformed', 'other-key', 'signature']));
});

test.each(vectors.accepted)('opened: $name', async (row) => {
  const { body, ...facts } = await open(row);
  expect(facts).toEqual(row.facts);
  expect(decodeMemoryBody(body)).toEqual(row.body);
});

test.each(vectors.rejected)('refused: $of, $name', async ({ of, why, recordHex, scope }) => {
  const row = vectors.accepted.find(({ name }) => name === of) ?? expect.unreachable();
  await expect(open(row, recordHex, scope)).rejects.toMatchObject({ code: 'ERR_MEMORY_REFUSED', details: { why } });
});
