import fc from 'fast-check';

/** Values that parsers trip over: of every type, empty, huge, nested, inherited, malformed as text. */
const ODD: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 0.5, 1e308, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY],
  ...[
    '',
    ' ',
    '\0',
    '\ud800',
    '\u{feff}',
    '__proto__',
    'constructor',
    'did:',
    '#',
    '$',
    '@',
    '://',
    'data:,',
    '%',
    '%ff',
  ],
  ...['a'.repeat(300), 'a'.repeat(70_000), 'https://[', 'matrix:u/', '04'.repeat(129), 'z'.repeat(50), '🦊'.repeat(9)],
  ...[[], {}, [[]], { '': {} }, [null], { toString: null }, { length: -1 }, { valueOf: 1 }],
];

const odd = fc.oneof(fc.constantFrom(...ODD), fc.jsonValue({ maxDepth: 3 }));

type Path = readonly number[];

/** Replaces, removes, adds or nests at a place that the path leads to; each number is taken modulo what is there. */
function changed(value: unknown, [step = 0, ...rest]: Path, by: unknown, how: number): unknown {
  const isBranch = typeof value === 'object' && value !== null;
  if (!isBranch || rest.length === 0) return how % 4 === 3 ? [value] : by;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    if (items.length === 0) return [by];
    const index = step % items.length;
    if (how % 4 === 1) return items.toSpliced(index, 1);
    if (how % 4 === 2) return items.toSpliced(index, 0, by, items[index]);
    return items.with(index, changed(items[index], rest, by, how));
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return { x: by };
  const index = step % entries.length;
  const [name = '', inner] = entries[index] ?? [];
  if (how % 4 === 1) return Object.fromEntries(entries.toSpliced(index, 1));
  if (how % 4 === 2) return Object.fromEntries([...entries, [`${name}2`, by], ['__proto__', by]]);
  return Object.fromEntries(entries.with(index, [name, changed(inner, rest, by, how)]));
}

/** Valid values with a few changes, seldom none, and now and then any value at all. */
export function mutatedJson(seeds: readonly unknown[]): fc.Arbitrary<unknown> {
  const one = fc.tuple(fc.array(fc.nat({ max: 31 }), { minLength: 1, maxLength: 6 }), odd, fc.nat({ max: 3 }));
  const mutated = fc
    .tuple(fc.constantFrom(...seeds), fc.array(one, { maxLength: 3 }))
    .map(([seed, changes]) => changes.reduce((value, [path, by, how]) => changed(value, path, by, how), seed));
  return fc.oneof({ weight: 20, arbitrary: mutated }, { weight: 1, arbitrary: fc.anything() });
}
