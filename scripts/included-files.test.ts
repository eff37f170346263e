import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { includedPaths, includeFiles, PAGES_WITH_FILES } from './included-files.ts';

const root = dirname(import.meta.dirname);
const page = await readFile(join(root, 'docs', 'deploying.md'), 'utf8');

test.each(PAGES_WITH_FILES)('%s shows files as they are (else: npm run included-files)', async (name) => {
  const text = await readFile(join(root, 'docs', name), 'utf8');
  expect(includedPaths(text)).not.toEqual([]);
  expect(await includeFiles(text, root)).toBe(text);
});

test('the page on deploying shows every annotated configuration', async () => {
  const folders = ['deploy/config', 'deploy/nginx', 'deploy/coturn', 'deploy/systemd'];
  const files = await Promise.all(
    folders.map(async (folder) => (await readdir(join(root, folder))).map((name) => `${folder}/${name}`)),
  );
  // Two units and their configurations differ from the third in what is named beside them.
  const left = ['synapse-log.yaml', 'oracle-calls-backend.service', 'oracle-calls-web.service', '.json'];
  const shown = files.flat().filter((path) => !left.some((end) => path.endsWith(end)));
  expect(includedPaths(page)).toEqual(expect.arrayContaining(shown));
});

test('a block that differs from its file is noticed', async () => {
  const [path = ''] = includedPaths(page);
  const text = (await readFile(join(root, path), 'utf8')).trimEnd();
  const changed = page.replace(text, () => `${text}\nmore`);
  expect(changed).not.toBe(page);
  expect(await includeFiles(changed, root)).toBe(page);
});
