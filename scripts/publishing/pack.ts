import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuiltPackage } from './build.ts';
import { run } from './run.ts';

/** A tarball and what is in it. */
export interface Tarball {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  /** Paths inside of the package, with `/`. */
  readonly files: readonly string[];
  readonly packedBytes: number;
  readonly unpackedBytes: number;
}

interface PackReport {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** Packs one built package as `npm publish` would, without contact to a registry. */
export async function packPackage({ name, folder, manifest }: BuiltPackage, outDir: string): Promise<Tarball> {
  await mkdir(outDir, { recursive: true });
  const args = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', outDir];
  const { stdout } = await run('npm', args, { cwd: folder });
  const report = firstReport(JSON.parse(stdout));
  return {
    name,
    version: manifest.version,
    path: join(outDir, report.filename),
    files: report.files.map(({ path }) => path),
    packedBytes: report.size,
    unpackedBytes: report.unpackedSize,
  };
}

/** npm 11 gives a list of reports, npm 12 an object by name. */
function firstReport(value: unknown): PackReport {
  const [first] = Object.values(value as Readonly<Record<string, PackReport>>);
  if (first === undefined) throw new TypeError('npm pack reported nothing.');
  return first;
}
