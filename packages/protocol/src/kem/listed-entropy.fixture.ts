import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import type { Entropy } from './entropy.ts';

/** Entropy that gives what a vector lists, in this order, and nothing else. */
export function listedEntropy(hexes: readonly string[]): Entropy & { readonly left: number } {
  const left = [...hexes];
  return {
    get left() {
      return left.length;
    },
    randomBytes(lengthBytes) {
      const bytes = hexToBytes(left.shift() ?? '');
      if (bytes.length !== lengthBytes) throw new Error(`The vector lists ${bytes.length} bytes, not ${lengthBytes}.`);
      return new Uint8Array(bytes);
    },
  };
}

/** Entropy that remembers what it gave, for making a vector. */
export function recordedEntropy(source: Entropy): Entropy & { readonly given: readonly string[] } {
  const given: string[] = [];
  return {
    given,
    randomBytes(lengthBytes) {
      const bytes = source.randomBytes(lengthBytes);
      given.push(bytesToHex(bytes));
      return bytes;
    },
  };
}
