import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

const malformed = expect.objectContaining({ code: 'ERR_HANDSHAKE_MALFORMED' });
const reader = (...bytes: number[]): ByteReader => new ByteReader(Uint8Array.from(bytes), 'ERR_HANDSHAKE_MALFORMED');

test('what was written is read back', () => {
  fc.assert(
    fc.property(
      fc.nat(255),
      fc.nat(65_535),
      fc.nat(2 ** 32 - 1),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }),
      fc.uint8Array({ minLength: 3, maxLength: 3 }),
      fc.uint8Array(),
      (u8, u16, u32, text, fixed, rest) => {
        const bytes = new ByteWriter().u8(u8).u16(u16).u32(u32).text(text).fixed(fixed, 3).rest(rest).finish();
        const read = new ByteReader(bytes, 'ERR_INTERNAL');
        expect([read.u8(), read.u16(), read.u32(), read.text(1000)]).toEqual([u8, u16, u32, text]);
        expect(read.fixed(3)).toEqual(new Uint8Array(fixed));
        expect(read.rest(0)).toEqual(new Uint8Array(rest));
        read.end();
      },
    ),
  );
});

test('numbers are big-endian and lengths stand before their bytes', () => {
  const bytes = new ByteWriter().u16(0x0102).u32(0x03040506).text('é').sized(Uint8Array.of(7)).finish();
  expect([...bytes]).toEqual([1, 2, 3, 4, 5, 6, 0, 2, 0xc3, 0xa9, 0, 1, 7]);
});

test('what does not fit is not written', () => {
  for (const number of [-1, 256, 1.5, Number.NaN]) expect(() => new ByteWriter().u8(number)).toThrow(RangeError);
  expect(() => new ByteWriter().u16(65_536)).toThrow(RangeError);
  expect(() => new ByteWriter().u32(2 ** 32)).toThrow(RangeError);
  expect(() => new ByteWriter().fixed(new Uint8Array(2), 3)).toThrow(RangeError);
  expect(() => new ByteWriter().sized(new Uint8Array(65_536))).toThrow(RangeError);
  expect(() => new ByteWriter().text('\u{dc00}')).toThrow(RangeError);
});

test('bytes that end too early, go on too long or are no text are refused', () => {
  expect(() => reader(1).u16()).toThrow(malformed);
  expect(() => reader().u8()).toThrow(malformed);
  expect(() => reader(1, 2, 3).u32()).toThrow(malformed);
  expect(() => reader(1).fixed(2)).toThrow(malformed);
  expect(() => reader(1).rest(2)).toThrow(malformed);
  expect(() => reader(1).end()).toThrow(malformed);
  expect(() => reader(0, 0).text(9)).toThrow(malformed);
  expect(() => reader(0, 2, 65, 65).text(1)).toThrow(malformed);
  expect(() => reader(0, 3, 65, 65).text(9)).toThrow(malformed);
  for (const bad of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]]) {
    expect(() => reader(0, bad.length, ...bad).text(9)).toThrow(malformed);
  }
});

test('a byte order mark is a character like any other', () => {
  expect(reader(0, 3, 0xef, 0xbb, 0xbf).text(9)).toBe('\u{feff}');
});

test('what is read does not change with the bytes it came from', () => {
  const bytes = Uint8Array.of(1, 2);
  const read = new ByteReader(bytes, 'ERR_INTERNAL');
  bytes.fill(9);
  expect(read.u16()).toBe(0x0102);
});
