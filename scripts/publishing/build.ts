import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { bundleEntry } from './bundle-entry.ts';
import { addressedSources, withBuiltAddresses } from './emitted-text.ts';
import { bundleFile, publishedManifest, sourcesOf, type Manifest } from './manifest.ts';
import { run } from './run.ts';
import { publishedWorkspaces, type Workspace } from './workspaces.ts';

export interface BuildOptions {
  /** The project. */
  readonly root: string;
  /** Where the packages are put, in folders by their label. Inside the project, so that dependencies are found. */
  readonly outDir: string;
  readonly log?: ((line: string) => void) | undefined;
}

/** A package as it will be published. */
export interface BuiltPackage {
  readonly name: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

const isShipped = (name: string): boolean => /(?<!\.(test|fixture|test-d))\.tsx?$/.test(name);

/** Builds every published package into a folder of its own, as its tarball will hold it. */
export async function buildPackages({ root, outDir, log }: BuildOptions): Promise<BuiltPackage[]> {
  await rm(outDir, { recursive: true, force: true });
  const built: BuiltPackage[] = [];
  for (const workspace of await publishedWorkspaces(root)) {
    log?.(`building ${workspace.manifest.name}`);
    built.push(await buildPackage(root, outDir, workspace));
  }
  return built;
}

/** Packages in a folder of their own, which goes with them. */
export interface PackagesAside extends AsyncDisposable {
  readonly folder: string;
  /** Below the folder. */
  readonly packagesDir: string;
  readonly built: readonly BuiltPackage[];
}

/** Builds where nobody else's build is disturbed; inside the project, where dependencies are found. Takes about 20 s. */
export async function buildAside({ root, log }: Omit<BuildOptions, 'outDir'>): Promise<PackagesAside> {
  await using opened = new AsyncDisposableStack();
  await mkdir(join(root, 'dist'), { recursive: true });
  const folder = await mkdtemp(join(root, 'dist', 'aside-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const packagesDir = join(folder, 'packages');
  const built = await buildPackages({ root, outDir: packagesDir, log });
  const open = opened.move();
  return { folder, packagesDir, built, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

async function buildPackage(
  root: string,
  outDir: string,
  { folder, label, manifest }: Workspace,
): Promise<BuiltPackage> {
  const target = join(outDir, label);
  const link = join(outDir, 'node_modules', manifest.name);
  await mkdir(dirname(link), { recursive: true });
  await mkdir(target, { recursive: true });
  await copySources(join(folder, 'src'), join(target, 'src'));
  // Its `imports` lead to the sources while they are compiled.
  await cp(join(folder, 'package.json'), join(target, 'package.json'));
  await linkOwnModules(folder, target);
  await compile(folder, target, manifest);
  for (const entry of manifest.publishConfig?.bundledEntries ?? []) {
    const [source] = sourcesOf(manifest.exports?.[entry] ?? null);
    if (source === undefined) throw new TypeError(`${manifest.name} has no entry ${entry}.`);
    await bundleEntry(join(folder, source), join(target, bundleFile(entry)));
  }
  await finishFiles(join(target, 'dist'));
  const published = publishedManifest(manifest);
  await writeFile(join(target, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`);
  await cp(join(folder, 'README.md'), join(target, 'README.md'));
  await cp(join(root, 'LICENSE'), join(target, 'LICENSE'));
  // Packages that are built later find this one as users will: by its published manifest.
  await symlink(relative(dirname(link), target), link);
  await Promise.all(['src', 'tsconfig.json'].map((name) => rm(join(target, name), { recursive: true })));
  return { name: manifest.name, folder: target, manifest: published };
}

const copySources = (from: string, to: string): Promise<void> =>
  cp(from, to, { recursive: true, filter: (path) => !/\.[a-z]+$/.test(path) || isShipped(path) });

/** Dependencies of other versions than the project's lie in the workspace itself. */
async function linkOwnModules(folder: string, target: string): Promise<void> {
  const own = join(folder, 'node_modules');
  const names = await readdir(own).catch(() => []);
  if (names.some((name) => !name.startsWith('.'))) await symlink(own, join(target, 'node_modules'));
}

/** Emits what the entries reach, and nothing else. */
async function compile(folder: string, target: string, manifest: Manifest): Promise<void> {
  const bundled = new Set(manifest.publishConfig?.bundledEntries);
  const entries = Object.entries(manifest.exports ?? {}).filter(([entry]) => !bundled.has(entry));
  const targets = [...entries.map(([, value]) => value), ...Object.values({ ...manifest.bin, ...manifest.imports })];
  const tsconfig = {
    extends: join(folder, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      rewriteRelativeImportExtensions: true,
      declaration: true,
      sourceMap: true,
      // Stack traces and debuggers show the sources, which are not shipped beside.
      inlineSources: true,
      rootDir: 'src',
      outDir: 'dist',
    },
    files: [...new Set([...targets.flatMap(sourcesOf), ...(await findAddressed(join(target, 'src')))])],
    include: [],
  };
  await writeFile(join(target, 'tsconfig.json'), JSON.stringify(tsconfig));
  await run(join(import.meta.dirname, '../../node_modules/.bin/tsc'), ['-p', join(target, 'tsconfig.json')]);
}

/** Workers and children: no import leads to them. */
async function findAddressed(sources: string): Promise<string[]> {
  const found: string[] = [];
  for (const path of await listFiles(sources)) {
    const text = await readFile(path, 'utf8');
    for (const source of addressedSources(text)) found.push(resolve(dirname(path), source));
  }
  return found;
}

async function finishFiles(dist: string): Promise<void> {
  for (const path of await listFiles(dist)) {
    if (!/\.(js|d\.ts)$/.test(path)) continue;
    const text = await readFile(path, 'utf8');
    const finished = withBuiltAddresses(text);
    if (finished !== text) await writeFile(path, finished);
  }
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
