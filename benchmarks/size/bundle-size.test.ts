import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundlePage } from './bundle-size.ts';
import { bleedsOf } from './sdk-size.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-size-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function install(name: string, code: string): Promise<void> {
  await mkdir(join(folder, 'node_modules', name), { recursive: true });
  const manifest = { name, version: '1.0.0', type: 'module', exports: './index.js' };
  await writeFile(join(folder, 'node_modules', name, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'node_modules', name, 'index.js'), code);
}

const text = (length: number): string =>
  `'${Array.from({ length }, (_, index) => (index * index).toString(36)).join('')}'`;

test('what is imported when needed is not part of what a page loads at once', async () => {
  await install('small', "export const small = () => import('large');");
  await install('large', `export const large = ${text(4_000)};`);
  const { eager, lazy } = await bundlePage({ folder, script: "import { small } from 'small'; globalThis.a = small;" });
  expect(eager.flatMap(({ packages }) => packages)).toContain('small');
  expect(lazy.flatMap(({ packages }) => packages)).toEqual(['large']);
  expect(eager.reduce((total, { gzBytes }) => total + gzBytes, 0)).toBeLessThan(500);
  expect(lazy[0]?.gzBytes).toBeGreaterThan(5_000);
});

test('a forbidden package and a module of Node are told, also in what is loaded later', async () => {
  await install('zod', 'export const zod = Math.random();');
  await install('tool', "import { readFile } from 'node:fs'; export const tool = [readFile, import('missing')];");
  const script = "import { tool } from 'tool'; globalThis.a = [tool, import('zod')];";
  const bundle = await bundlePage({ folder, script, external: ['missing'] });
  expect(bleedsOf(bundle)).toEqual(['zod', 'node:fs']);
});

test('a page without them has none', async () => {
  await install('small', 'export const small = 1;');
  expect(
    bleedsOf(await bundlePage({ folder, script: "import { small } from 'small'; globalThis.a = small;" })),
  ).toEqual([]);
});
