import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { firstScreenFiles } from './first-screen.ts';
import { ensurePageBuild } from './page-build.ts';

const BUILD_MAX_MS = 120_000;
/** Element Call ships 955 KiB; React with the form is about a hundred. */
const FIRST_SCREEN_JS_MAX_BYTES = 380_000;
const FIRST_SCREEN_CSS_MAX_BYTES = 20_000;

let cacheDir: string;
let folder: string;
let first: readonly string[];

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'oracle-calls-budget-'));
  folder = await ensurePageBuild({ cacheDir });
  first = await firstScreenFiles(folder);
}, BUILD_MAX_MS);

afterAll(() => rm(cacheDir, { recursive: true, force: true }));

const zippedBytes = async (file: string): Promise<number> =>
  gzipSync(await readFile(join(folder, file)), { level: 9 }).length;

async function zippedSum(files: readonly string[], ext: string): Promise<number> {
  const sizes = await Promise.all(files.filter((file) => file.endsWith(ext)).map(zippedBytes));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Files of the build whose text holds something. */
async function holders(words: string): Promise<string[]> {
  const names = (await readdir(join(folder, 'assets'))).filter((name) => name.endsWith('.js'));
  const found = await Promise.all(
    names.map(async (name) => (await readFile(join(folder, 'assets', name), 'utf8')).includes(words) && name),
  );
  return found.filter((name) => name !== false).map((name) => `/assets/${name}`);
}

test('the first screen needs little, and the figures are told', async () => {
  const [js, css] = await Promise.all([zippedSum(first, '.js'), zippedSum(first, '.css')]);
  console.log(
    `first screen: ${js} bytes of JavaScript and ${css} of CSS, gzipped (at most ${FIRST_SCREEN_JS_MAX_BYTES})`,
  );
  expect(js).toBeGreaterThan(0);
  expect(js).toBeLessThanOrEqual(FIRST_SCREEN_JS_MAX_BYTES);
  expect(css).toBeLessThanOrEqual(FIRST_SCREEN_CSS_MAX_BYTES);
});

test.each([
  ['LiveKit', 'participant_sid'],
  ['the Matrix client', 'pushrules'],
  ['the glue of the Matrix crypto', 'olmmachine_'],
  ['Arabic', 'أوراكل'],
])('%s is a part of its own, which comes when it is needed', async (_what, words) => {
  const found = await holders(words);
  expect(found).not.toEqual([]);
  expect(found.filter((file) => first.includes(file))).toEqual([]);
});

test('the crypto’s wasm is a file of its own, and the shell has neither it nor anything of a person', async () => {
  const wasm = (await readdir(join(folder, 'assets'))).filter((name) => name.endsWith('.wasm'));
  expect(wasm).toHaveLength(1);
  const worker = await readFile(join(folder, 'service-worker.js'), 'utf8');
  expect(worker).not.toMatch(/^import\b|\bimport\(|config\.json|\.wasm/);
  for (const file of first) expect(worker).toContain(file);
});
