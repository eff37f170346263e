import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import type { Shell } from '../service-worker/shell-cache.ts';
import { firstScreenFiles } from './first-screen.ts';

/** `apps/web`. */
export const PAGE_ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PROJECT_ROOT = dirname(dirname(PAGE_ROOT));

/** Everything that decides what the bundle contains; dependencies are pinned by the lock file. */
const SOURCES = [
  'apps/web/index.html',
  'apps/web/public',
  'apps/web/src',
  'packages/react/src',
  'packages/sdk/src',
  'packages/matrix/src',
  'packages/protocol/src',
];
const PINS = ['package-lock.json', 'apps/web/package.json', 'packages/react/package.json', 'packages/sdk/package.json'];

/** Builds that are kept besides the newest: a running server still reads from the one before. */
const KEPT_BUILDS = 2;

export interface PageBuildOptions {
  /** Where builds are kept; `node_modules/.cache/oracle-calls-web` when absent. */
  readonly cacheDir?: string | undefined;
  readonly log?: ((line: string) => void) | undefined;
}

/** The folder of a production build of the page: a kept one when no source has changed since, else a new one. */
export async function ensurePageBuild({ cacheDir, log }: PageBuildOptions = {}): Promise<string> {
  const cache = cacheDir ?? join(PROJECT_ROOT, 'node_modules', '.cache', 'oracle-calls-web');
  const folder = join(cache, await hashSources());
  if (await exists(join(folder, 'index.html'))) return folder;
  log?.('building the page');
  await mkdir(cache, { recursive: true });
  // Built aside and renamed: whoever finds the folder finds all of it.
  const aside = await mkdtemp(join(cache, 'building-'));
  try {
    await buildPage(aside);
    await rename(aside, folder).catch(async (error: unknown) => {
      // Another process was quicker with the same sources.
      if (!(await exists(join(folder, 'index.html')))) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  await dropOldBuilds(cache, folder);
  return folder;
}

/** A production build, whatever `NODE_ENV` says: a test runner's would bring the slower React and no service worker. */
const PRODUCTION = {
  define: {
    'process.env.NODE_ENV': '"production"',
    'import.meta.env.PROD': 'true',
    'import.meta.env.DEV': 'false',
  },
  oxc: { jsx: { runtime: 'automatic', development: false } },
} as const;

/** Makes a production build of the page. `plugins` are for everything that it bundles, workers too. */
export async function buildPage(outDir: string, plugins: () => Plugin[] = () => []): Promise<void> {
  const { build } = await import('vite');
  await build({
    root: PAGE_ROOT,
    configFile: false,
    logLevel: 'error',
    clearScreen: false,
    plugins: plugins(),
    worker: { format: 'es', plugins },
    ...PRODUCTION,
    build: {
      outDir,
      emptyOutDir: true,
      // The rust crypto's wasm and LiveKit are large by nature; they are loaded after the form is there.
      chunkSizeWarningLimit: 2_000,
      reportCompressedSize: false,
    },
  });
  await buildServiceWorker(outDir);
}

/** The service worker knows the build that it belongs to, so it is built after it; into one file, which has its name for ever. */
async function buildServiceWorker(outDir: string): Promise<void> {
  const { build } = await import('vite');
  const files = ['/', ...(await firstScreenFiles(outDir))];
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(join(outDir, file === '/' ? 'index.html' : file)));
  const shell: Shell = { version: hash.digest('hex').slice(0, 16), files };
  await build({
    root: PAGE_ROOT,
    configFile: false,
    logLevel: 'error',
    clearScreen: false,
    publicDir: false,
    define: { ORACLE_CALLS_SHELL: JSON.stringify(shell) },
    build: {
      outDir,
      emptyOutDir: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: join(PAGE_ROOT, 'src', 'service-worker', 'service-worker.ts'),
        output: { entryFileNames: 'service-worker.js' },
      },
    },
  });
}

async function hashSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const path of await listFiles()) {
    hash.update(`${relative(PROJECT_ROOT, path)}\0`);
    hash.update(await readFile(path));
  }
  return hash.digest('hex').slice(0, 16);
}

async function listFiles(): Promise<string[]> {
  const lists = await Promise.all(
    [...SOURCES, ...PINS].map(async (source) => {
      const path = join(PROJECT_ROOT, source);
      const found = await stat(path).catch(() => undefined);
      if (found === undefined) return [];
      if (!found.isDirectory()) return [path];
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  return lists
    .flat()
    .filter((path) => !/\.(test|fixture)\.tsx?$/.test(path))
    .toSorted();
}

async function dropOldBuilds(cache: string, current: string): Promise<void> {
  const entries = await readdir(cache, { withFileTypes: true });
  const builds = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() && /^[0-9a-f]{16}$/.test(entry.name))
      .map(async ({ name }) => ({ path: join(cache, name), at: (await stat(join(cache, name))).mtimeMs })),
  );
  const old = builds.filter(({ path }) => path !== current).toSorted((one, other) => other.at - one.at);
  await Promise.all(old.slice(KEPT_BUILDS).map(({ path }) => rm(path, { recursive: true, force: true })));
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
