/**
 * `npm run build` builds the packages as they are published into `dist/packages`. `--pack` packs them into `dist/tarballs`;
 * `--dry-run` goes through publishing each, without a registry.
 */
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPackages } from './build.ts';
import { packPackage } from './pack.ts';
import { dryRunPublish } from './dry-run.ts';

const root = dirname(dirname(import.meta.dirname));
const { values } = parseArgs({
  options: { pack: { type: 'boolean', default: false }, 'dry-run': { type: 'boolean', default: false } },
});
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

const built = await buildPackages({ root, outDir: join(root, 'dist', 'packages'), log: (line) => console.error(line) });
for (const one of built) {
  if (values['dry-run']) await dryRunPublish(one);
  if (!values.pack && !values['dry-run']) continue;
  const { name, version, files, packedBytes, unpackedBytes } = await packPackage(one, join(root, 'dist', 'tarballs'));
  const sizes = `${kilobytes(packedBytes)} packed, ${kilobytes(unpackedBytes)} unpacked`;
  console.log(`${name}@${version}: ${files.length} files, ${sizes}${values['dry-run'] ? '; would be published' : ''}`);
}
