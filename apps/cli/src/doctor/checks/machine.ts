import { access, mkdtemp, readFile, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { failed, ok, skipped, warning, type Check, type Outcome } from '../check.ts';
import type { CheckDeps, Installation } from '../installation.ts';

/** What the programs need: type stripping and `node:sqlite` as they are since then. */
const NODE_MAJOR = 24;

/** An entry of each package that must come from the same release. */
const LOCK_STEP = [
  '@oracle-calls/agent/probe',
  '@oracle-calls/backend',
  '@oracle-calls/matrix',
  '@oracle-calls/oracle/configuration',
  '@oracle-calls/protocol',
] as const;

const MEBIBYTE = 2 ** 20;
/** Below this the Matrix store and the database may soon not be able to grow. */
const DISK_WARNING_BYTES = 1024 * MEBIBYTE;
const DISK_MIN_BYTES = 100 * MEBIBYTE;

/** Kysely's own table. */
const MIGRATIONS = 'select name from kysely_migration order by name';

/** Names of the migrations that a database has seen; it is only read. */
function migrationsOf(file: string): string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database
      .prepare(MIGRATIONS)
      .all()
      .map(({ name }) => String(name));
  } finally {
    database.close();
  }
}

/** Those that this version knows: of a new database, made for the question. */
async function knownMigrations(): Promise<string[]> {
  const { openSqliteStore } = await import('@oracle-calls/backend/operator');
  const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-doctor-'));
  try {
    const file = join(folder, 'new.db');
    await (await openSqliteStore(file)).close();
    return migrationsOf(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function judgeDatabase({ backendConfig }: Installation): Promise<Outcome> {
  const file = backendConfig?.config?.databaseFile;
  if (file === undefined) return skipped('the database is named in backend.json (--backend)');
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (!isThere) return ok(`${file} is not there yet; the backend makes it at its first start`);
  let seen: string[];
  try {
    seen = migrationsOf(file);
  } catch {
    const mend =
      'See that databaseFile names the backend’s database and that this user may read it; else restore it from a backup.';
    return failed(`${file} cannot be read as a backend's database`, mend);
  }
  const known = await knownMigrations();
  const missing = known.filter((name) => !seen.includes(name));
  if (seen.some((name) => !known.includes(name))) {
    return failed(
      `${file} was made by a newer version than this one`,
      'Update these programs to that version or a later one.',
    );
  }
  if (missing.length > 0) {
    return warning(
      `${file} lacks ${missing.length} migrations`,
      'Make a backup and start the backend, which brings it up to date.',
    );
  }
  return ok(`${file} opens and has all ${known.length} migrations`);
}

async function judgeDisk({ backendConfig, agentConfig }: Installation): Promise<Outcome> {
  const backend = backendConfig?.config;
  const files = [backend?.databaseFile, backend?.matrix.storeDir, agentConfig?.config?.trustStoreFile].filter(
    (file) => file !== undefined,
  );
  if (files.length === 0) return skipped('no folder is known (--backend or --agent)');
  let least = { bytes: Number.POSITIVE_INFINITY, file: '' };
  for (const file of files) {
    const bytes = await freeBytes(resolve(file));
    if (bytes < least.bytes) least = { bytes, file };
  }
  return judgeSpace(least.bytes, least.file);
}

export function judgeSpace(bytes: number, file: string): Outcome {
  const text = `${Math.floor(bytes / MEBIBYTE)} MiB are free where ${file} is`;
  const mend = 'Make room, or move the folder: a full disk stops Matrix sync and new calls.';
  if (bytes < DISK_MIN_BYTES) return failed(text, mend);
  return bytes < DISK_WARNING_BYTES ? warning(text, mend) : ok(text);
}

/** Of the nearest folder that is there. */
async function freeBytes(path: string): Promise<number> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    } catch (error) {
      if (dirname(folder) === folder) throw error;
    }
  }
}

export function judgeNode(version: string): Outcome {
  return Number.parseInt(version, 10) >= NODE_MAJOR
    ? ok(`Node ${version}`)
    : failed(`Node ${version} is too old`, `Install Node ${NODE_MAJOR} or later and run backend and agent under it.`);
}

/** The version in the manifest of the package that a file belongs to. */
async function versionOf(file: string): Promise<string> {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) return String(Reflect.get(Object(JSON.parse(text)), 'version'));
    if (dirname(folder) === folder) return 'unknown';
  }
}

async function judgePackages(): Promise<Outcome> {
  const own = await versionOf(fileURLToPath(import.meta.url));
  const others = await Promise.all(
    LOCK_STEP.map(async (entry) => {
      const [, name = entry] = entry.split('/');
      return { name, version: await versionOf(fileURLToPath(import.meta.resolve(entry))) };
    }),
  );
  return judgeLockStep(own, others);
}

export function judgeLockStep(
  own: string,
  others: readonly { readonly name: string; readonly version: string }[],
): Outcome {
  const differing = others.filter(({ version }) => version !== own).map(({ name, version }) => `${name} ${version}`);
  if (differing.length === 0) return ok(`all packages are ${own}`);
  const mend = 'Install one version of all @oracle-calls packages: they are released together.';
  return failed(`The command line is ${own}, but ${differing.join(', ')}`, mend);
}

async function judgeModels({ agentConfig }: Installation): Promise<Outcome> {
  const folder = agentConfig?.config?.weightsDir;
  if (folder === undefined) return skipped('the folder is named in agent.json (--agent)');
  const { WEIGHT_FILES } = await import('@oracle-calls/agent/speech');
  const missing: string[] = [];
  for (const file of Object.values(WEIGHT_FILES)) {
    await access(join(folder, file)).catch(() => missing.push(file));
  }
  if (missing.length === 0) return ok(`all ${Object.keys(WEIGHT_FILES).length} model files are there`);
  return failed(
    `${folder} lacks ${missing.join(', ')}`,
    'Fill the folder once ("npm run stack" does), or name the one that is filled in weightsDir.',
  );
}

/** What this machine itself must have. */
export function machineChecks({ installation }: CheckDeps): Check[] {
  return [
    { id: 'machine.node', title: 'Node', run: async () => judgeNode(process.versions.node) },
    { id: 'machine.packages', title: 'Packages', run: () => judgePackages() },
    { id: 'machine.database', title: 'Database', run: () => judgeDatabase(installation) },
    { id: 'machine.models', title: 'Models', run: () => judgeModels(installation) },
    { id: 'machine.disk', title: 'Disk', run: () => judgeDisk(installation) },
  ];
}
