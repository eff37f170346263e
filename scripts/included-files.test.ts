import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { includedPaths, includeFiles } from './included-files.ts';

const root = dirname(import.meta.dirname);
const page = await readFile(join(root, 'docs', 'deploying.md'), 'utf8');

test('the page shows the configurations as they are (else: npm run deploying-page)', async () => {
  expect(await includeFiles(page, root)).toBe(page);
});

test('it shows every annotated configuration', async () => {
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
