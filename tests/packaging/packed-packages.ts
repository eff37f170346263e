import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/stack/project.ts';
import { buildAside, type PackagesAside } from '../../scripts/publishing/build.ts';
import { packPackage, type Tarball } from '../../scripts/publishing/pack.ts';

/** The packages as they will be published, built and packed anew. */
export interface PackedPackages extends PackagesAside {
  readonly tarballs: readonly Tarball[];
}

export async function buildAndPack(): Promise<PackedPackages> {
  await using opened = new AsyncDisposableStack();
  const aside = opened.use(await buildAside({ root: PROJECT_ROOT }));
  const tarballs: Tarball[] = [];
  for (const one of aside.built) tarballs.push(await packPackage(one, join(aside.folder, 'tarballs')));
  const open = opened.move();
  return { ...aside, tarballs, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
