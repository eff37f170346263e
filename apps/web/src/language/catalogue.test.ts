import { END_REASONS, ERROR_CODES } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { arabic } from './arabic.ts';
import { english } from './english.ts';

type Leaf = readonly [path: string, text: string];

function leaves(node: unknown, path = ''): Leaf[] {
  if (typeof node === 'string') return [[path, node]];
  return Object.entries(node as object).flatMap(([key, value]) => leaves(value, path === '' ? key : `${path}.${key}`));
}

const placeholders = (text: string): string[] => (text.match(/\{\{[^}]+\}\}/g) ?? []).toSorted();
const PLURAL = /_(zero|one|two|few|many|other)$/;
const base = (path: string): string => path.replace(PLURAL, '');

test('every text of the page exists in both languages, with the same gaps to fill', () => {
  const words = new Map(leaves(arabic));
  const bases = new Set([...words.keys()].map(base));
  const missing = leaves(english).filter(([path]) => !words.has(path) && !bases.has(base(path)));
  expect(missing).toEqual([]);
  const others = leaves(english).filter(([path, text]) => {
    const translated = words.get(path);
    return (
      translated !== undefined && !PLURAL.test(path) && placeholders(text).join() !== placeholders(translated).join()
    );
  });
  expect(others).toEqual([]);
});

test('a counted text has every form that its language counts with', () => {
  const counted = new Set(leaves(english).flatMap(([path]) => (PLURAL.test(path) ? [base(path)] : [])));
  for (const [language, catalogue] of [
    ['en', english],
    ['ar', arabic],
  ] as const) {
    const paths = new Set(leaves(catalogue).map(([path]) => path));
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    const missing = [...counted].flatMap((path) =>
      pluralCategories.filter((category) => !paths.has(`${path}_${category}`)).map((category) => `${path}_${category}`),
    );
    expect({ language, missing }).toEqual({ language, missing: [] });
  }
});

test('nothing is left in English by oversight', () => {
  const same = leaves(arabic).filter(
    ([path, text]) => /[a-z]{4}/i.test(text) && new Map(leaves(english)).get(path) === text,
  );
  expect(same).toEqual([]);
});

test('every end of a call has words, and no text names an error code', () => {
  expect(Object.keys(english.endings).toSorted()).toEqual([...END_REASONS].toSorted());
  expect(leaves(english).filter(([, text]) => /ERR_/.test(text))).toEqual([]);
});

const TRUST_CODES: ReadonlySet<string> = new Set([
  'ERR_MATRIX_CROSS_SIGNING',
  'ERR_MATRIX_IDENTITY_CHANGED',
  'ERR_MATRIX_MEMBERS',
  'ERR_MATRIX_RECOVERY_KEY',
]);

test('every code that tells a caller something has a sentence of its own', () => {
  const telling = ERROR_CODES.filter(
    (code) =>
      /^ERR_(MEDIA|AUTH|CALL|DID)_|^ERR_KEY_(CHANGED|ROTATION)$|^ERR_HANDSHAKE_(TIMEOUT|COMPARISON)$/.test(code) ||
      TRUST_CODES.has(code),
  );
  expect(telling.filter((code) => !(code in english.errors))).toEqual([]);
  for (const sentence of Object.values(english.errors)) expect(sentence).toMatch(/^[A-Z].*\.$/s);
});
