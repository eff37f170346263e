import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a workspace package declares about itself. */
export interface PackageFacts {
  /** Its folder from the project's root, such as `packages/sdk`. */
  readonly folder: string;
  /** Keys of `exports`, such as `.` and `./node`. */
  readonly exports: readonly string[];
  readonly dependencies: readonly string[];
}

/** By package name. */
export type Packages = ReadonlyMap<string, PackageFacts>;

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Reads the manifests of `packages/*` and `apps/*`. */
export async function readPackages(root: string): Promise<Packages> {
  const packages = new Map<string, PackageFacts>();
  for (const group of ['packages', 'apps']) {
    for (const name of await readdir(join(root, group))) {
      const folder = `${group}/${name}`;
      const manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as Manifest;
      const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
      packages.set(manifest.name, {
        folder,
        exports: Object.keys(manifest.exports ?? {}),
        dependencies,
      });
    }
  }
  return packages;
}
