import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isPublished, type Manifest } from './manifest.ts';

export interface Workspace {
  /** Absolute path. */
  readonly folder: string;
  /** The last part of its path, such as `sdk`. */
  readonly label: string;
  readonly manifest: Manifest;
}

/** The workspaces that are published, each after those that it depends on. Found by their manifests, not by a list. */
export async function publishedWorkspaces(root: string): Promise<Workspace[]> {
  const all = new Map<string, Workspace>();
  for (const group of ['packages', 'apps']) {
    for (const label of await readdir(join(root, group))) {
      const folder = join(root, group, label);
      // A folder of another branch may have been left without a manifest.
      const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
      if (text === undefined) continue;
      const manifest = JSON.parse(text) as Manifest;
      all.set(manifest.name, { folder, label, manifest });
    }
  }
  return inDependencyOrder(all);
}

/**
 * Those of `all` that are published, dependencies first.
 *
 * @throws {TypeError} when a published workspace depends on one that is not, or on another version than its present one
 */
export function inDependencyOrder(all: ReadonlyMap<string, Workspace>): Workspace[] {
  const ordered = new Set<Workspace>();
  const visit = (workspace: Workspace): void => {
    if (ordered.has(workspace)) return;
    const { manifest } = workspace;
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      const dependency = all.get(name);
      if (dependency === undefined) continue;
      if (!isPublished(dependency.manifest)) {
        throw new TypeError(`${manifest.name} is published and depends on ${name}, which is not.`);
      }
      if (version !== dependency.manifest.version) {
        throw new TypeError(`${manifest.name} asks for ${name} ${version}; it is ${dependency.manifest.version}.`);
      }
      visit(dependency);
    }
    ordered.add(workspace);
  };
  for (const workspace of all.values()) if (isPublished(workspace.manifest)) visit(workspace);
  return [...ordered];
}
