import { hexToBytes } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import vectors from '../../vectors/key-rotation.json' with { type: 'json' };
import { judgeKeys } from './judge-keys.ts';
import { createKeyPin, type KeyPin, parseKeyPin } from './key-pin.ts';
import { parseKeyRotation } from './key-rotation.ts';

const pinOf = (row: (typeof vectors.accepted)[number]): KeyPin =>
  parseKeyPin({ v: 1, did: row.next.did, signingKey: row.pinnedKey, sequence: row.sequence - 1 });

test.each(vectors.accepted)('$name leads to the keys that it names', (row) => {
  const { next, sequence, issuedAt } = parseKeyRotation(row.statementHex);
  expect({ sequence, issuedAt }).toEqual({ sequence: row.sequence, issuedAt: row.issuedAt });
  expect(next.signingKey.publicKey).toEqual(hexToBytes(row.next.signingKey.publicKeyHex));
  expect(createKeyPin(next, sequence)).toEqual(parseKeyPin({ v: 1, ...row.next, sequence }));
  expect(judgeKeys({ pin: pinOf(row), presented: next, rotations: [row.statementHex] }).kind).toBe('rotated');
});

test.each(vectors.rejected)('$name is refused', ({ of, code, statementHex }) => {
  const row = vectors.accepted.find(({ name }) => name === of);
  if (row === undefined) throw new Error(`${of} is not in the vectors`);
  const { next } = parseKeyRotation(row.statementHex);
  expect(() => judgeKeys({ pin: pinOf(row), presented: next, rotations: [statementHex] })).toThrow(
    expect.objectContaining({ code }),
  );
});
