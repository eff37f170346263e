import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown, type OutputChunk } from 'rolldown';

/** A part of a bundle as a page loads it: minified, gzipped at the best level. */
export interface BundledChunk {
  readonly name: string;
  readonly gzBytes: number;
  /** Folders of `node_modules` that it has code of. */
  readonly packages: readonly string[];
}

export interface Bundle {
  /** What the page loads at once: the entry and what it imports statically. */
  readonly eager: readonly BundledChunk[];
  /** What is loaded when it is needed. */
  readonly lazy: readonly BundledChunk[];
  /** What would be left to the browser to find: modules of Node, or packages that are not there. */
  readonly unresolved: readonly string[];
}

export interface BundleOptions {
  /** A folder beside the `node_modules` from which packages are taken. */
  readonly folder: string;
  /** The page's script. */
  readonly script: string;
  readonly external?: readonly string[] | undefined;
}

const gzBytesOf = (code: string): number => gzipSync(code, { level: 9 }).length;

/** The last folder of `node_modules` in a module's path, with its scope. */
function packageOf(module: string): string | undefined {
  const path = module.split('\0').at(-1)?.split('node_modules/').at(-1);
  if (path === undefined || path === module) return undefined;
  const parts = path.split('/');
  return parts.slice(0, path.startsWith('@') ? 2 : 1).join('/');
}

/** Bundles a page's script as an application does, and weighs it. */
export async function bundlePage({ folder, script, external = [] }: BundleOptions): Promise<Bundle> {
  const entry = join(folder, 'page-script.js');
  const bundle = await rolldown({
    cwd: folder,
    input: entry,
    platform: 'browser',
    external: (id) => external.includes(id) || isBuiltin(id),
    transform: { target: 'es2022' },
    plugins: [
      {
        name: 'page-script',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? script : null),
      },
    ],
    // Code of others that is odd but works; what does not resolve is told below.
    onLog: () => undefined,
  });
  try {
    const { output } = await bundle.generate({ format: 'es', minify: true });
    const chunks = new Map(output.filter((part) => part.type === 'chunk').map((chunk) => [chunk.fileName, chunk]));
    const eager = reachable(chunks);
    const weigh = ({ fileName, code, moduleIds }: OutputChunk): BundledChunk => ({
      name: fileName,
      gzBytes: gzBytesOf(code),
      packages: [...new Set(moduleIds.flatMap((module) => packageOf(module) ?? []))].toSorted(),
    });
    const all = [...chunks.values()];
    const imported = all.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
    return {
      eager: all.filter((chunk) => eager.has(chunk.fileName)).map(weigh),
      lazy: all.filter((chunk) => !eager.has(chunk.fileName)).map(weigh),
      unresolved: [...new Set(imported)].filter((id) => !chunks.has(id) && !external.includes(id)).toSorted(),
    };
  } finally {
    await bundle.close();
  }
}

/** File names of the entry and of everything that it imports statically. */
function reachable(chunks: ReadonlyMap<string, OutputChunk>): Set<string> {
  const found = new Set<string>();
  const visit = (fileName: string): void => {
    const chunk = chunks.get(fileName);
    if (chunk === undefined || found.has(fileName)) return;
    found.add(fileName);
    for (const next of chunk.imports) visit(next);
  };
  for (const chunk of chunks.values()) if (chunk.isEntry) visit(chunk.fileName);
  return found;
}
