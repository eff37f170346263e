/** A target of `exports`: a file, conditions, or `null` for a closed path. */
export type ExportTarget = string | null | { readonly [condition: string]: ExportTarget };

/** The fields of a `package.json` that publishing looks at. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly keywords?: readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly sideEffects?: boolean | readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, ExportTarget>>;
  readonly imports?: Readonly<Record<string, ExportTarget>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly publishConfig?: {
    /** `public` makes a workspace one that is published. */
    readonly access?: string;
    /** Entries that are published as one file without imports, because a page loads them by address: workers. */
    readonly bundledEntries?: readonly string[];
  };
}

/** Whether a workspace is published. Its own manifest stays `private`, so that nobody publishes the sources by accident. */
export const isPublished = ({ publishConfig }: Manifest): boolean => publishConfig?.access === 'public';

const SOURCE = /^\.\/src\/(.+)\.ts$/;

/** `./src/a/b.ts` → `./dist/a/b`; the extension follows. */
function builtStem(source: string): string {
  const [, stem] = SOURCE.exec(source) ?? [];
  if (stem === undefined) throw new TypeError(`${source} is not a source file ./src/….ts`);
  return `./dist/${stem}`;
}

/** `./dist/frame-worker.js` of the entry `./frame-worker`. */
export const bundleFile = (entry: string): string => `./dist/${entry.replace(/^\.\//, '')}.js`;

/** Every source file that a target leads to. */
export function sourcesOf(target: ExportTarget): string[] {
  if (target === null) return [];
  return typeof target === 'string' ? [target] : Object.values(target).flatMap(sourcesOf);
}

function builtTarget(target: ExportTarget): ExportTarget {
  if (target === null) return null;
  if (typeof target === 'string') {
    const stem = builtStem(target);
    // The order matters: TypeScript takes the first condition that it knows.
    return { types: `${stem}.d.ts`, default: `${stem}.js` };
  }
  return mapValues(target, builtTarget);
}

/**
 * The `package.json` that is published: sources become what was built of them, and what only the workspace needs is left out.
 * Workspaces depend on each other by exact version already.
 *
 * @throws {TypeError} when a dependency on another package is not an exact version
 */
export function publishedManifest(manifest: Manifest): Manifest {
  const { name, version, exports = {}, imports, bin, sideEffects, publishConfig } = manifest;
  const bundled = publishConfig?.bundledEntries ?? [];
  checkPinned(manifest);
  const builtExports = Object.fromEntries(
    Object.entries(exports).map(([entry, target]) => {
      if (!bundled.includes(entry)) return [entry, builtTarget(target)];
      const file = bundleFile(entry);
      return [entry, { types: file.replace(/\.js$/, '.d.ts'), default: file }];
    }),
  );
  const bundledSources = new Map(
    bundled.flatMap((entry) => sourcesOf(exports[entry] ?? null).map((source) => [source, bundleFile(entry)])),
  );
  const builtFile = (source: string): string => bundledSources.get(source) ?? `${builtStem(source)}.js`;
  return dropUndefined({
    name,
    version,
    description: manifest.description,
    keywords: manifest.keywords,
    license: manifest.license,
    type: manifest.type,
    sideEffects: Array.isArray(sideEffects) ? (sideEffects as readonly string[]).map(builtFile) : sideEffects,
    engines: manifest.engines,
    bin: bin === undefined ? undefined : mapValues(bin, (file) => builtFile(file).replace(/^\.\//, '')),
    imports: imports === undefined ? undefined : mapValues(imports, builtTarget),
    exports: { ...builtExports, './package.json': './package.json' },
    files: ['dist'],
    dependencies: manifest.dependencies,
    optionalDependencies: manifest.optionalDependencies,
    peerDependencies: manifest.peerDependencies,
    peerDependenciesMeta: manifest.peerDependenciesMeta,
    publishConfig: { access: 'public' },
  });
}

/** One release was tested with exactly these versions; an application that needs others says so in its `overrides`. */
function checkPinned({ name, dependencies = {} }: Manifest): void {
  for (const [dependency, range] of Object.entries(dependencies)) {
    if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range)) {
      throw new TypeError(`${name} depends on ${dependency} ${range}: an exact version is needed.`);
    }
  }
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

/** Fields that are `undefined` are none. */
function dropUndefined<T extends object>(record: T): { [Field in keyof T]: Exclude<T[Field], undefined> } {
  const fields = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields) as { [Field in keyof T]: Exclude<T[Field], undefined> };
}
