/** `npm run deploying-page`: brings the configurations that docs/deploying.md shows up to date with the files. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { includeFiles } from './included-files.ts';

const root = dirname(import.meta.dirname);
const page = join(root, 'docs', 'deploying.md');
await writeFile(page, await includeFiles(await readFile(page, 'utf8'), root));
