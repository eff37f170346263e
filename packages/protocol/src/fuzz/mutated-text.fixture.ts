import { bytesToHex } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { mutatedBytes } from './mutated-bytes.fixture.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Valid texts changed byte by byte, and any text. */
export function mutatedText(seeds: readonly string[]): fc.Arbitrary<string> {
  const changed = mutatedBytes(seeds.map((seed) => encoder.encode(seed))).map((bytes) => decoder.decode(bytes));
  return fc.oneof({ weight: 10, arbitrary: changed }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) });
}

/** Hex of changed bytes, and changed hex. */
export function mutatedHex(seeds: readonly Uint8Array[]): fc.Arbitrary<string> {
  const ofBytes = mutatedBytes(seeds).map((bytes) => bytesToHex(bytes));
  return fc.oneof(
    { weight: 5, arbitrary: ofBytes },
    { weight: 1, arbitrary: mutatedText(seeds.map((seed) => bytesToHex(seed))) },
  );
}
