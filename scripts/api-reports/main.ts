/** `npm run api-reports` writes the public interface of every package into `docs/api`. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildPackages } from '../publishing/build.ts';
import { extractApiReports } from './extract.ts';

const root = dirname(dirname(import.meta.dirname));
const log = (line: string): void => console.error(line);
const packages = await buildPackages({ root, outDir: join(root, 'dist', 'packages'), log });
log('extracting the API reports');
const reports = await extractApiReports(packages, join(root, 'dist'));
const folder = join(root, 'docs', 'api');
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
for (const { file, text } of reports) await writeFile(join(folder, file), text);
console.log(`${reports.length} reports in docs/api`);
