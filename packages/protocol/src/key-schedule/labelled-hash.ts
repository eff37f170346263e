import { sha256 } from '@noble/hashes/sha2.js';
import { ByteWriter } from '../byte-layout/byte-writer.ts';

/** Starts every label, so that no hash, key or signature of this protocol means anything elsewhere or in another version. */
export const LABEL_PREFIX = 'oracle-calls v3 ';

/** Length of a labelled hash, in bytes. */
export const HASH_BYTES = 32;

const encoder = new TextEncoder();

/** UTF-8 of the prefixed label. */
export function labelBytes(label: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(LABEL_PREFIX + label);
}

/** Fields in the order in which they are hashed. */
export type HashFields = readonly (readonly [name: string, value: Uint8Array])[];

/**
 * SHA-256 over a label and named fields: the prefixed label behind its length as u16, then for each field its name behind its length as
 * u16 and its value behind its length as u32. No two lists of fields have the same encoding.
 */
export function labelledHash(label: string, fields: HashFields): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter().sized(labelBytes(label));
  for (const [name, value] of fields) writer.text(name).u32(value.length).rest(value);
  const encoding = writer.finish();
  const hash = new Uint8Array(sha256(encoding));
  // Some fields are secret; the encoding holds a copy.
  encoding.fill(0);
  return hash;
}

/** What a signature is made over: the prefixed label behind its length as u16, then a hash. */
export function signedMessage(label: string, hash: Uint8Array): Uint8Array<ArrayBuffer> {
  return new ByteWriter().sized(labelBytes(label)).fixed(hash, HASH_BYTES).finish();
}

/** A number as the value of a field: u32. */
export function u32Field(value: number): Uint8Array<ArrayBuffer> {
  return new ByteWriter().u32(value).finish();
}

/** A text as the value of a field: UTF-8. */
export function textField(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}
