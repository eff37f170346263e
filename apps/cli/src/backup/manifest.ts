import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { OracleCallError } from '@oracle-calls/protocol';
import * as v from 'valibot';

export const MANIFEST_FILE = 'manifest.json';
export const DATABASE_FILE = 'database/calls';
export const TRUST_FILE = 'agent/trust.db';

/** Folder of an account's store in the archive; `index` as in the configuration. */
export const matrixFolder = (index: number): string => `matrix/${String(index)}`;

const FORMAT = 'oracle-calls backup';
const FORMAT_VERSION = 1;

const fileSchema = v.object({
  /** With `/` and below the archive's top. */
  path: v.pipe(v.string(), v.regex(/^(?:[A-Za-z0-9][A-Za-z0-9._-]*\/){0,3}[A-Za-z0-9][A-Za-z0-9._-]*$/)),
  bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});
export type ArchivedFile = v.InferOutput<typeof fileSchema>;

const manifestSchema = v.object({
  format: v.literal(FORMAT),
  version: v.literal(FORMAT_VERSION),
  createdAt: v.string(),
  /** Who made it. */
  software: v.object({ cli: v.string(), node: v.string(), migration: v.string() }),
  database: v.object({ kind: v.picklist(['sqlite', 'postgres']) }),
  /** One for each account of the configuration, in its order. */
  matrix: v.array(v.object({ userId: v.string(), deviceId: v.string(), copy: v.picklist(['device', 'identity']) })),
  trustStore: v.picklist(['included', 'absent']),
  files: v.array(fileSchema),
});
export type Manifest = v.InferOutput<typeof manifestSchema>;

async function describeFile(folder: string, path: string): Promise<ArchivedFile> {
  const file = join(folder, ...path.split('/'));
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return { path, bytes: (await stat(file)).size, sha256: hash.digest('hex') };
}

async function pathsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join(posix.sep))
    .toSorted();
}

/** Writes what is in a folder into its manifest, and returns the names of all files, the manifest first. */
export async function writeManifest(
  folder: string,
  facts: Omit<Manifest, 'format' | 'version' | 'files'>,
): Promise<{ readonly manifest: Manifest; readonly paths: readonly string[] }> {
  const paths = await pathsIn(folder);
  const files: ArchivedFile[] = [];
  for (const path of paths) files.push(await describeFile(folder, path));
  const manifest: Manifest = { format: FORMAT, version: FORMAT_VERSION, ...facts, files };
  await writeFile(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  return { manifest, paths: [MANIFEST_FILE, ...paths] };
}

/**
 * Reads the manifest of an unpacked archive and compares every file with it.
 *
 * @throws {OracleCallError} `ERR_CLI_BACKUP` when one is missing, changed or too many
 */
export async function verifyFolder(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  const listed = manifest.files.map(({ path }) => path).toSorted();
  const found = (await pathsIn(folder)).filter((path) => path !== MANIFEST_FILE);
  if (JSON.stringify(listed) !== JSON.stringify(found)) {
    throw new OracleCallError('ERR_CLI_BACKUP', 'The backup does not hold the files that its manifest lists.');
  }
  for (const file of manifest.files) {
    const { bytes, sha256 } = await describeFile(folder, file.path);
    if (bytes !== file.bytes || sha256 !== file.sha256) {
      throw new OracleCallError('ERR_CLI_BACKUP', `${file.path} in the backup is damaged.`);
    }
  }
  return manifest;
}

async function readManifest(folder: string): Promise<Manifest> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(join(folder, MANIFEST_FILE), 'utf8'));
  } catch (cause) {
    throw new OracleCallError('ERR_CLI_BACKUP', undefined, { cause });
  }
  const version: unknown =
    typeof content === 'object' && content !== null ? Reflect.get(content, 'version') : undefined;
  if (typeof version === 'number' && version > FORMAT_VERSION) {
    throw new OracleCallError('ERR_CLI_BACKUP', 'A newer version made this backup. Restore it with that version.');
  }
  const parsed = v.safeParse(manifestSchema, content);
  if (!parsed.success) throw new OracleCallError('ERR_CLI_BACKUP');
  return parsed.output;
}
