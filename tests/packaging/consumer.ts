import { access, chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { PROJECT_ROOT } from '../../dev/stack/project.ts';
import type { Manifest } from '../../scripts/publishing/manifest.ts';
import { run } from '../../scripts/publishing/run.ts';
import type { PackedPackages } from './packed-packages.ts';

/** A project outside of this one that has the tarballs installed. */
export interface Consumer extends AsyncDisposable {
  readonly folder: string;
  write(file: string, text: string): Promise<string>;
  node(script: string): Promise<string>;
}

/**
 * Unpacks the tarballs where npm would. Their dependencies are links to what this project has installed, and only those that the
 * tarballs' manifests name: what is imported without being declared is not found. No registry is asked.
 */
export async function createConsumer(
  { tarballs, built }: PackedPackages,
  extra: readonly string[] = [],
): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-consumer-'));
  const modules = join(folder, 'node_modules');
  const own = new Set(tarballs.map(({ name }) => name));
  const needed = new Set(extra);
  for (const { name, path } of tarballs) {
    const target = join(modules, name);
    await unpackTarball(path, target);
    const manifest = JSON.parse(await readFile(join(target, 'package.json'), 'utf8')) as Manifest;
    const ownModules = join(built.find((one) => one.name === name)?.folder ?? '', 'node_modules');
    for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      if (own.has(dependency)) continue;
      // Another version than the project's lies in the workspace that asks for it, and is found first there.
      if (await exists(join(ownModules, dependency))) await link(join(target, 'node_modules'), ownModules, dependency);
      else needed.add(dependency);
    }
    await linkCommands(modules, target, manifest.bin ?? {});
  }
  for (const name of needed) await link(modules, join(PROJECT_ROOT, 'node_modules'), name);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  return {
    folder,
    async write(file, text) {
      const path = join(folder, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
      return path;
    },
    async node(script) {
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder });
      return stdout;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** As npm does. */
export async function unpackTarball(tarball: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
}

/** As npm does: a link in `.bin` to a file that may be executed. */
async function linkCommands(modules: string, target: string, bin: Readonly<Record<string, string>>): Promise<void> {
  for (const [command, file] of Object.entries(bin)) {
    const linkPath = join(modules, '.bin', command);
    await mkdir(dirname(linkPath), { recursive: true });
    await chmod(join(target, file), 0o755);
    await symlink(relative(dirname(linkPath), join(target, file)), linkPath);
  }
}

async function link(modules: string, from: string, name: string): Promise<void> {
  await mkdir(dirname(join(modules, name)), { recursive: true });
  await symlink(await realpath(join(from, name)), join(modules, name));
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
