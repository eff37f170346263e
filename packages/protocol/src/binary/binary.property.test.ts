import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader } from './byte-reader.ts';
import { areBytesEqual, ByteWriter, concatBytes, FIELD_MAX_BYTES } from './byte-writer.ts';

const MALFORMED = expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' });
const read = (...bytes: number[]): ByteReader => new ByteReader(Uint8Array.from(bytes), 'ERR_ENVELOPE_MALFORMED');
const ENVELOPE_MALFORMED = expect.objectContaining({ code: 'ERR_ENVELOPE_MALFORMED' });

test('what is written is read back, and nothing is left', () => {
  fc.assert(
    fc.property(
      fc.nat(0xff),
      fc.nat(0xffff),
      fc.maxSafeNat(),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: 'binary' }),
      (small, medium, large, key, bytes, text) => {
        const written = new ByteWriter()
          .u8(small)
          .u16(medium)
          .u64(large)
          .fixed(key, 32)
          .bytes(bytes)
          .text(text)
          .finish();
        const reader = new ByteReader(written, 'ERR_ENVELOPE_MALFORMED');
        expect(reader.u8()).toBe(small);
        expect(reader.u16()).toBe(medium);
        expect(reader.u64()).toBe(large);
        expect(reader.fixed(32)).toEqual(key);
        expect(reader.bytes(300)).toEqual(bytes);
        expect(reader.text(FIELD_MAX_BYTES)).toBe(text);
        reader.end();
      },
    ),
  );
});

test('integers are big-endian and lengths have two bytes', () => {
  const written = new ByteWriter().u8(1).u16(0x0203).u64(0x04050607).bytes(Uint8Array.of(9)).text('é').finish();
  expect([...written]).toEqual([1, 2, 3, 0, 0, 0, 0, 4, 5, 6, 7, 0, 1, 9, 0, 2, 0xc3, 0xa9]);
});

test.each<[string, (writer: ByteWriter) => unknown]>([
  ['a byte of 256', (writer) => writer.u8(256)],
  ['a negative number', (writer) => writer.u16(-1)],
  ['a fraction', (writer) => writer.u64(0.5)],
  ['an unsafe integer', (writer) => writer.u64(2 ** 53)],
  ['NaN', (writer) => writer.u64(Number.NaN)],
  ['a field of another size', (writer) => writer.fixed(new Uint8Array(31), 32)],
  ['half a surrogate pair', (writer) => writer.text('\ud800')],
])('%s is not written', (_name, write) => {
  expect(() => write(new ByteWriter())).toThrow(MALFORMED);
});

test('a field longer than its prefix can say is not written', () => {
  expect(() => new ByteWriter().bytes(new Uint8Array(FIELD_MAX_BYTES + 1))).toThrow(
    expect.objectContaining({ code: 'ERR_PROTOCOL_TOO_LARGE' }),
  );
  expect(new ByteWriter().bytes(new Uint8Array(FIELD_MAX_BYTES)).finish()).toHaveLength(FIELD_MAX_BYTES + 2);
});

test.each<[string, () => unknown]>([
  ['an integer cut short', () => read(1).u16()],
  ['an integer beyond the safe ones', () => read(0, 0x20, 0, 0, 0, 0, 0, 0).u64()],
  ['a length beyond the end', () => read(0, 2, 1).bytes(10)],
  ['a length beyond the limit', () => read(0, 2, 1, 1).bytes(1)],
  ['bytes that are no UTF-8', () => read(0, 1, 0xff).text(1)],
  ['an overlong encoding', () => read(0, 2, 0xc0, 0x80).text(2)],
  ['trailing bytes', () => read(0).end()],
])('%s is refused with the code given', (_name, act) => {
  expect(act).toThrow(ENVELOPE_MALFORMED);
});

test('a byte order mark stays in the text', () => {
  expect(read(0, 3, 0xef, 0xbb, 0xbf).text(3)).toBe('\ufeff');
});

test('a reader works on a part of a buffer', () => {
  const part = Uint8Array.of(9, 9, 1, 2, 9).subarray(2, 4);
  const reader = new ByteReader(part, 'ERR_ENVELOPE_MALFORMED');
  expect(reader.u16()).toBe(0x0102);
  reader.end();
});

test('writer and reader keep copies', () => {
  const bytes = Uint8Array.of(1, 2);
  const writer = new ByteWriter().fixed(bytes, 2);
  bytes.fill(0);
  const written = writer.finish();
  expect([...written]).toEqual([1, 2]);
  const got = new ByteReader(written, 'ERR_ENVELOPE_MALFORMED').fixed(2);
  written.fill(0);
  expect([...got]).toEqual([1, 2]);
});

test('byte strings are compared and put together', () => {
  expect([...concatBytes(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))]).toEqual([1, 2, 3]);
  expect(areBytesEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(areBytesEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(areBytesEqual(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
});
