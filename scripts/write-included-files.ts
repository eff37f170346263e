/** `npm run included-files`: brings what pages of `docs/` show of files up to date with the files. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { includeFiles, PAGES_WITH_FILES } from './included-files.ts';

const root = dirname(import.meta.dirname);
for (const name of PAGES_WITH_FILES) {
  const page = join(root, 'docs', name);
  await writeFile(page, await includeFiles(await readFile(page, 'utf8'), root));
}
