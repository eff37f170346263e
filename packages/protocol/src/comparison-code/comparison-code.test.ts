import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fixedBytes, flipBit } from '../handshake/call.fixture.ts';
import {
  checkCommitment,
  commitmentTo,
  comparisonCode,
  createComparisonNonce,
  formatComparisonCode,
} from './comparison-code.ts';

const nonce = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('a code is ten digits, and reads as two groups of five', () => {
  fc.assert(
    fc.property(nonce, nonce, nonce, (transcript, userNonce, agentNonce) => {
      const code = comparisonCode({ transcript, userNonce, agentNonce });
      expect(code).toMatch(/^\d{10}$/);
      expect(formatComparisonCode(code)).toBe(`${code.slice(0, 5)} ${code.slice(5)}`);
    }),
  );
});

test('transcript and both nonces change the code, and are not interchangeable', () => {
  const [transcript, userNonce, agentNonce] = [fixedBytes('t'), fixedBytes('u'), fixedBytes('a')];
  const codes = [
    comparisonCode({ transcript, userNonce, agentNonce }),
    comparisonCode({ transcript: flipBit(transcript, 0), userNonce, agentNonce }),
    comparisonCode({ transcript, userNonce: flipBit(userNonce, 0), agentNonce }),
    comparisonCode({ transcript, userNonce, agentNonce: flipBit(agentNonce, 0) }),
    comparisonCode({ transcript, userNonce: agentNonce, agentNonce: userNonce }),
  ];
  expect(new Set(codes).size).toBe(codes.length);
});

test('every digit is used about equally', () => {
  const counts = Array.from({ length: 10 }, () => 0);
  for (let number = 0; number < 500; number++) {
    const bytes = fixedBytes(`${number}`);
    for (const digit of comparisonCode({ transcript: bytes, userNonce: bytes, agentNonce: bytes })) {
      counts[Number(digit)] = (counts[Number(digit)] ?? 0) + 1;
    }
  }
  for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(120);
});

test('a nonce opens its own commitment and no other', () => {
  const first = createComparisonNonce();
  const second = createComparisonNonce();
  const commitment = commitmentTo(first.expose());
  const refused = expect.objectContaining({ code: 'ERR_HANDSHAKE_COMMITMENT' });
  expect(() => checkCommitment(first.expose(), commitment)).not.toThrow();
  expect(() => checkCommitment(second.expose(), commitment)).toThrow(refused);
  expect(() => checkCommitment(first.expose(), flipBit(commitment, 1))).toThrow(refused);
  expect(() => checkCommitment(new Uint8Array(31), commitmentTo(new Uint8Array(31)))).toThrow(refused);
});
