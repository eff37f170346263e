import fc from 'fast-check';

/** One change of a byte string. Numbers are taken modulo its length, so that a smaller case stays a case. */
type Change = (bytes: readonly number[]) => readonly number[];

/** Bytes that layouts look at: nothing, one, signs, markers of points, envelopes, versions and kinds, and everything. */
const TELLING = [0, 1, 2, 3, 4, 5, 6, 16, 17, 32, 33, 64, 127, 128, 254, 255];

const at = fc.nat({ max: 0xffff });
const byte = fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...TELLING));

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(at, byte).map<Change>(
    ([index, value]) =>
      (bytes) =>
        bytes.with(index % bytes.length, value),
  ),
  fc.tuple(at, fc.nat({ max: 7 })).map<Change>(([index, bit]) => (bytes) => {
    const place = index % bytes.length;
    return bytes.with(place, (bytes[place] ?? 0) ^ (1 << bit));
  }),
  // A length or number of two bytes, at its bounds.
  fc.tuple(at, fc.constantFrom(0, 1, 0x7fff, 0x8000, 0xfffe, 0xffff)).map<Change>(([index, value]) => (bytes) => {
    const place = index % bytes.length;
    return [...bytes.slice(0, place), value >>> 8, value & 0xff, ...bytes.slice(place + 2)];
  }),
  at.map<Change>((length) => (bytes) => bytes.slice(0, length % bytes.length)),
  fc.tuple(at, at).map<Change>(
    ([from, count]) =>
      (bytes) =>
        bytes.toSpliced(from % bytes.length, count % 80),
  ),
  // A part twice, and a part of the one in another place.
  fc.tuple(at, at, at).map<Change>(([from, count, to]) => (bytes) => {
    const start = from % bytes.length;
    return bytes.toSpliced(to % bytes.length, 0, ...bytes.slice(start, start + (count % 80)));
  }),
  fc.tuple(at, fc.array(byte, { minLength: 1, maxLength: 40 })).map<Change>(
    ([index, more]) =>
      (bytes) =>
        bytes.toSpliced(index % bytes.length, 0, ...more),
  ),
);

/** Valid byte strings with a few changes, seldom none, and now and then bytes that never were valid. */
export function mutatedBytes(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const changed = fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 0, maxLength: 4 }))
    .map(([seed, changes]) => {
      const bytes = changes.reduce<readonly number[]>((made, one) => (made.length === 0 ? made : one(made)), [...seed]);
      return Uint8Array.from(bytes);
    });
  return fc.oneof(
    { weight: 20, arbitrary: changed },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(bytes)) },
  );
}
