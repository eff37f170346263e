import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildPackages, type BuiltPackage } from '../../scripts/publishing/build.ts';
import { packPackage, type Tarball } from '../../scripts/publishing/pack.ts';

export const ROOT = dirname(dirname(import.meta.dirname));

/** The packages as they will be published, built and packed anew. */
export interface PackedPackages extends AsyncDisposable {
  readonly folder: string;
  readonly built: readonly BuiltPackage[];
  readonly tarballs: readonly Tarball[];
}

/** In a folder of its own, so that nobody else's build is disturbed; inside the project, where dependencies are found. */
export async function buildAndPack(): Promise<PackedPackages> {
  await mkdir(join(ROOT, 'dist'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, 'dist', 'test-'));
  const built = await buildPackages({ root: ROOT, outDir: join(folder, 'packages') });
  const tarballs: Tarball[] = [];
  for (const one of built) tarballs.push(await packPackage(one, join(folder, 'tarballs')));
  return { folder, built, tarballs, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
