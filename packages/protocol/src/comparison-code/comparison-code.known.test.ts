import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import vectors from '../../vectors/comparison-code.json' with { type: 'json' };
import { checkCommitment, commitmentTo, comparisonCode, formatComparisonCode } from './comparison-code.ts';

test.each(vectors.codes)('$name', (vector) => {
  const [userNonce, agentNonce] = [hexToBytes(vector.userNonceHex), hexToBytes(vector.agentNonceHex)];
  const code = comparisonCode({ transcript: hexToBytes(vector.transcriptHex), userNonce, agentNonce });
  expect(code).toBe(vector.code);
  expect(formatComparisonCode(code)).toBe(vector.formatted);
  expect(bytesToHex(commitmentTo(userNonce))).toBe(vector.userCommitmentHex);
  expect(bytesToHex(commitmentTo(agentNonce))).toBe(vector.agentCommitmentHex);
});

test.each(vectors.rejected)('$name', ({ nonceHex, commitmentHex, code }) => {
  const check = () => checkCommitment(hexToBytes(nonceHex), hexToBytes(commitmentHex));
  expect(check).toThrow(expect.objectContaining({ code }));
});
