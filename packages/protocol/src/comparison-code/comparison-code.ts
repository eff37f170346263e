import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes } from '@noble/curves/utils.js';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { systemEntropy, type Entropy } from '../kem/entropy.ts';
import { labelledHash } from '../key-schedule/labelled-hash.ts';
import { SecretBytes } from '../secret-bytes.ts';

/** Length of a nonce of either end, in bytes. */
export const COMPARISON_NONCE_BYTES = 32;

/** Digits of a comparison code. */
export const COMPARISON_CODE_DIGITS = 10;

declare const comparisonCodeBrand: unique symbol;

/** Ten decimal digits. Equal at both ends unless somebody stands between them; compare them over another channel. */
export type ComparisonCode = string & { readonly [comparisonCodeBrand]: true };

/** A fresh nonce from the platform's CSPRNG. */
export function createComparisonNonce(entropy: Entropy = systemEntropy): SecretBytes {
  const bytes = entropy.randomBytes(COMPARISON_NONCE_BYTES);
  const nonce = new SecretBytes(bytes, 'comparison nonce');
  bytes.fill(0);
  return nonce;
}

/** SHA-256 of a nonce: fixes it without showing it. The user's stands in the envelope's context, the agent's in its offer. */
export function commitmentTo(nonce: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(sha256(nonce));
}

/**
 * Checks a revealed nonce against the commitment that came before it.
 *
 * @throws {OracleCallError} `ERR_HANDSHAKE_COMMITMENT`
 */
export function checkCommitment(nonce: Uint8Array, commitment: Uint8Array): void {
  if (nonce.length !== COMPARISON_NONCE_BYTES || !equalBytes(commitmentTo(nonce), commitment)) {
    throw new OracleCallError('ERR_HANDSHAKE_COMMITMENT');
  }
}

export interface ComparisonCodeInput {
  /** Covers the envelope and both ephemeral values of the attempt. */
  readonly transcript: Uint8Array;
  /** The user's nonce: committed in the envelope, revealed with the accept. */
  readonly userNonce: Uint8Array;
  /** The agent's nonce: committed in the offer, revealed with the confirm. */
  readonly agentNonce: Uint8Array;
}

/**
 * The code of one attempt. Neither end can choose it: the agent fixes its nonce before it sees the user's encapsulation, the user
 * makes its encapsulation before it sees the agent's nonce.
 */
export function comparisonCode({ transcript, userNonce, agentNonce }: ComparisonCodeInput): ComparisonCode {
  const hash = labelledHash('comparison code', [
    ['transcript', transcript],
    ['userNonce', userNonce],
    ['agentNonce', agentNonce],
  ]);
  // 128 bits modulo 10^10: no digit string is more likely than another by more than 2^-94.
  const view = new DataView(hash.buffer);
  const number = (view.getBigUint64(0) << 64n) | view.getBigUint64(8);
  const code = number % 10n ** BigInt(COMPARISON_CODE_DIGITS);
  return code.toString().padStart(COMPARISON_CODE_DIGITS, '0') as ComparisonCode;
}

/** For people: two groups of five, `12345 67890`. */
export function formatComparisonCode(code: ComparisonCode): string {
  return `${code.slice(0, COMPARISON_CODE_DIGITS / 2)} ${code.slice(COMPARISON_CODE_DIGITS / 2)}`;
}
