/** `npm run size`: what the SDK adds to a page. `--json` prints one object. */
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPackages } from '../../scripts/publishing/build.ts';
import { measureSdkSize, SDK_BUDGET_GZ_BYTES } from './sdk-size.ts';
import { sizeLines } from './size-lines.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const root = dirname(dirname(import.meta.dirname));
const packagesDir = join(root, 'dist', 'packages');
await buildPackages({ root, outDir: packagesDir, log: (line) => console.error(line) });
const size = await measureSdkSize(packagesDir);
for (const line of sizeLines(size)) console.error(line);
if (values.json) console.log(JSON.stringify({ sdk: size }));
process.exitCode = size.gzBytes <= SDK_BUDGET_GZ_BYTES && size.bleeds.length === 0 ? 0 : 1;
