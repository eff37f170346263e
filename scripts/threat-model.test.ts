/** `docs/threat-model.md` must not promise what no test shows, nor hide what one does. */
import { access, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { localLinks, readAttacks, readWeaknesses } from './threat-model/page.ts';
import { readTestNames } from './threat-model/test-names.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const page = await readFile(new URL('../docs/threat-model.md', import.meta.url), 'utf8');
const expectedModels = await readFile(new URL('../formal/expected.json', import.meta.url), 'utf8');
const { names, attacks } = await readTestNames(ROOT);
const rows = readAttacks(page);
const weaknesses = readWeaknesses(page);

test('the page and the tests were really read', () => {
  expect(rows.length).toBeGreaterThan(40);
  expect(weaknesses.length).toBeGreaterThan(8);
  expect(names.size).toBeGreaterThan(600);
});

test('a defended attack names its tests, and each of them is in the tree', () => {
  const defended = rows.filter(({ status }) => status === 'defended');
  expect(defended.length).toBeGreaterThan(0);
  expect(defended.filter(({ tests }) => tests.length === 0).map(({ attack }) => attack)).toEqual([]);
  expect(defended.flatMap(({ tests }) => tests).filter((name) => !names.has(name))).toEqual([]);
});

test('a planned attack names a test that is not there yet: with the last of them it is defended', () => {
  const planned = rows.filter(({ status }) => status === 'planned');
  expect(planned.filter(({ tests }) => tests.every((name) => names.has(name))).map(({ attack }) => attack)).toEqual([]);
});

test('a test name that is no attack is in the tree, planned or not', () => {
  const mentioned = rows.flatMap(({ tests }) => tests).filter((name) => !name.startsWith('attack: '));
  expect(mentioned.filter((name) => !names.has(name))).toEqual([]);
});

test('every attack that is tested stands in the page', () => {
  const mentioned = new Set(rows.flatMap(({ tests }) => tests));
  expect([...attacks].filter((name) => !mentioned.has(name))).toEqual([]);
});

test('every row says what defends, and no attack stands there twice', () => {
  expect(rows.filter(({ attack, defence }) => attack === '' || defence === '')).toEqual([]);
  expect(new Set(rows.map(({ attack }) => attack)).size).toBe(rows.length);
});

test('every model that the page names is checked', () => {
  const expected = new Set(Object.keys(JSON.parse(expectedModels) as Record<string, unknown>));
  expect(rows.flatMap(({ models }) => models).filter((model) => !expected.has(`${model}.vp`))).toEqual([]);
});

test('the open weaknesses are numbered, and each says who, why and until when', () => {
  expect(weaknesses.map(({ id }) => id)).toEqual(weaknesses.map((_, index) => `\`OC-W-${index + 1}\``));
  expect(weaknesses.filter(({ cells }) => cells.includes(''))).toEqual([]);
});

test('every weakness that the page refers to is one of the list', () => {
  const known = new Set(weaknesses.map(({ id }) => id.replaceAll('`', '')));
  expect([...page.matchAll(/OC-W-\d+/g)].map(([id]) => id).filter((id) => !known.has(id))).toEqual([]);
});

test('what the page links to is there', async () => {
  const targets = localLinks(page);
  expect(targets.length).toBeGreaterThan(20);
  for (const target of targets) await access(new URL(target, new URL('../docs/', import.meta.url)));
});
