import { BearerSecret } from '@oracle-calls/protocol';
import { encodeRecoveryKey } from 'matrix-js-sdk/lib/crypto-api/recovery-key.js';
import { expect, test } from 'vitest';
import { parseRecoveryKey } from './recovery-key-text.ts';

const parse = (text: string): Uint8Array => parseRecoveryKey(new BearerSecret(text, 'recovery key'));
const textOf = (key: Uint8Array): string => encodeRecoveryKey(key) ?? '';

const keys = [
  new Uint8Array(32),
  new Uint8Array(32).fill(0xff),
  Uint8Array.from({ length: 32 }, (_, index) => index),
  ...Array.from({ length: 20 }, () => crypto.getRandomValues(new Uint8Array(32))),
];

test('what the SDK writes is read, with spaces and line breaks as people type them', () => {
  for (const key of keys) {
    const text = textOf(key);
    expect(parse(text)).toEqual(key);
    expect(parse(` ${text.replaceAll(' ', '\n')}\n`)).toEqual(key);
    expect(parse(text.replaceAll(' ', ''))).toEqual(key);
  }
});

test('a single wrong letter, a missing one and one too many are noticed', () => {
  const text = textOf(keys[2] ?? new Uint8Array()).replaceAll(' ', '');
  for (let index = 0; index < text.length; index += 1) {
    const other = text[index] === 'X' ? 'Y' : 'X';
    const wrong = [
      `${text.slice(0, index)}${other}${text.slice(index + 1)}`,
      `${text.slice(0, index)}${text.slice(index + 1)}`,
      `${text.slice(0, index)}1${text.slice(index)}`,
    ];
    for (const one of wrong) expect(() => parse(one), one).toThrow();
  }
});

test.each(['EsTc', ' ', 'EsTc 0OIl', 'ä'.repeat(48), 'z'.repeat(48), '1'.repeat(48), 'E'.repeat(10_000)])(
  'text that is no recovery key (%s) is refused by code and not quoted',
  (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'ERR_MATRIX_RECOVERY_KEY' }));
    expect(() => parse(text)).not.toThrow(text.trim() === '' ? 'never' : text);
  },
);
