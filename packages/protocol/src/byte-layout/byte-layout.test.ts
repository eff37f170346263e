import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader } from './byte-reader.ts';
import { areBytesEqual, concatBytes } from './byte-strings.ts';
import { ByteWriter } from './byte-writer.ts';

const malformed = expect.objectContaining({ code: 'ERR_HANDSHAKE_MALFORMED' });
const reader = (...bytes: number[]): ByteReader => new ByteReader(Uint8Array.from(bytes), 'ERR_HANDSHAKE_MALFORMED');

test('what was written is read back', () => {
  fc.assert(
    fc.property(
      fc.tuple(fc.nat(0xff), fc.nat(0xffff), fc.nat(2 ** 32 - 1), fc.maxSafeNat()),
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }),
      fc.uint8Array({ minLength: 3, maxLength: 3 }),
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array(),
      ([u8, u16, u32, u64], text, filled, fixed, sized, rest) => {
        const numbers = new ByteWriter().u8(u8).u16(u16).u32(u32).u64(u64);
        const bytes = numbers.text(text).text(filled).fixed(fixed, 3).sized(sized).rest(rest).finish();
        const read = new ByteReader(bytes, 'ERR_INTERNAL');
        expect([read.u8(), read.u16(), read.u32(), read.u64()]).toEqual([u8, u16, u32, u64]);
        expect([read.text(1000), read.filledText(1000)]).toEqual([text, filled]);
        expect([read.fixed(3), read.sized(300), read.rest(0)]).toEqual(
          [fixed, sized, rest].map((one) => new Uint8Array(one)),
        );
        read.end();
      },
    ),
  );
});

test('numbers are big-endian and lengths stand before their bytes', () => {
  const numbers = new ByteWriter().u16(0x0102).u32(0x03040506).u64(0x0708090a0b0c);
  const bytes = numbers.text('é').sized(Uint8Array.of(7)).finish();
  expect([...bytes]).toEqual([1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 2, 0xc3, 0xa9, 0, 1, 7]);
});

test('what does not fit is not written', () => {
  for (const number of [-1, 256, 1.5, Number.NaN]) expect(() => new ByteWriter().u8(number)).toThrow(RangeError);
  expect(() => new ByteWriter().u16(65_536)).toThrow(RangeError);
  expect(() => new ByteWriter().u32(2 ** 32)).toThrow(RangeError);
  for (const number of [-1, 0.5, 2 ** 53, Number.NaN]) expect(() => new ByteWriter().u64(number)).toThrow(RangeError);
  expect(() => new ByteWriter().fixed(new Uint8Array(2), 3)).toThrow(RangeError);
  expect(() => new ByteWriter().sized(new Uint8Array(65_536))).toThrow(RangeError);
  expect(() => new ByteWriter().text('\u{dc00}')).toThrow(RangeError);
});

test.each<[string, () => unknown]>([
  ['an integer cut short', () => reader(1).u16()],
  ['nothing at all', () => reader().u8()],
  ['four bytes of which there are three', () => reader(1, 2, 3).u32()],
  ['an integer beyond the safe ones', () => reader(0, 0x20, 0, 0, 0, 0, 0, 0).u64()],
  ['a fixed part cut short', () => reader(1).fixed(2)],
  ['a rest that is too short', () => reader(1).rest(2)],
  ['trailing bytes', () => reader(1).end()],
  ['a length beyond the end', () => reader(0, 2, 1).sized(10)],
  ['a length beyond the limit', () => reader(0, 2, 65, 65).sized(1)],
  ['an empty text where one is due', () => reader(0, 0).filledText(9)],
  ['bytes that are no UTF-8', () => reader(0, 1, 0xff).text(9)],
  ['an overlong encoding', () => reader(0, 2, 0xc0, 0x80).text(9)],
  ['an encoded surrogate', () => reader(0, 3, 0xed, 0xa0, 0x80).text(9)],
])('%s is refused with the code of the layout', (_name, act) => {
  expect(act).toThrow(malformed);
});

test('a byte order mark is a character like any other', () => {
  expect(reader(0, 3, 0xef, 0xbb, 0xbf).text(9)).toBe('\u{feff}');
});

test('what is read does not change with the bytes it came from, and they may be a part of more', () => {
  const bytes = Uint8Array.of(9, 9, 1, 2, 9);
  const read = new ByteReader(bytes.subarray(2, 4), 'ERR_INTERNAL');
  bytes.fill(9);
  expect(read.u16()).toBe(0x0102);
  read.end();
});

test('byte strings are compared and put together', () => {
  expect([...concatBytes(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))]).toEqual([1, 2, 3]);
  expect(areBytesEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(areBytesEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(areBytesEqual(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
});
