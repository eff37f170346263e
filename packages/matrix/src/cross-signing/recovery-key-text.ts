import { OracleCallError, type BearerSecret } from '@oracle-calls/protocol';

/*
 * A recovery key as people write it down (Matrix spec, "Appendices: Cryptographic key representation"): base58 in groups of
 * four, of two fixed bytes, the key, and a parity byte with which all bytes together give zero by exclusive or.
 */
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const PREFIX = [0x8b, 0x01] as const;
const KEY_BYTES = 32;
const TEXT_BYTES = PREFIX.length + KEY_BYTES + 1;
/** What those bytes come to in base58: the first of them is large. */
const LETTERS = 48;
/** With the spaces between; more is something else that was pasted. */
const TEXT_MAX_LENGTH = 100;

/** The key in a recovery key's text, spaces as people like. @throws {OracleCallError} `ERR_MATRIX_RECOVERY_KEY` */
export function parseRecoveryKey(recoveryKey: BearerSecret): Uint8Array<ArrayBuffer> {
  const text = recoveryKey.expose();
  const bytes = text.length > TEXT_MAX_LENGTH ? undefined : base58(text.replaceAll(/\s/g, ''));
  const isWhole =
    bytes !== undefined &&
    PREFIX.every((byte, index) => bytes[index] === byte) &&
    bytes.reduce((parity, byte) => parity ^ byte, 0) === 0;
  if (!isWhole) throw new OracleCallError('ERR_MATRIX_RECOVERY_KEY', 'That is not a recovery key.');
  const key = bytes.slice(PREFIX.length, PREFIX.length + KEY_BYTES);
  bytes.fill(0);
  return key;
}

/** The number that the letters write, as {@link TEXT_BYTES} bytes; `undefined` for another count, other letters and larger numbers. */
function base58(letters: string): Uint8Array<ArrayBuffer> | undefined {
  if (letters.length !== LETTERS) return undefined;
  const bytes = new Uint8Array(TEXT_BYTES);
  for (const letter of letters) {
    let carry = ALPHABET.indexOf(letter);
    if (carry === -1) return undefined;
    for (let index = bytes.length - 1; index >= 0; index -= 1) {
      carry += (bytes[index] ?? 0) * ALPHABET.length;
      bytes[index] = carry & 0xff;
      carry >>= 8;
    }
    if (carry !== 0) return undefined;
  }
  return bytes;
}
