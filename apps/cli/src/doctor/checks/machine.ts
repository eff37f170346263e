import { access, readFile, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failed, ok, skipped, warning, type Check, type Outcome } from '../check.ts';
import type { CheckDeps, Installation } from '../installation.ts';
import { judgeDatabase } from './database.ts';

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

async function judgeDisk({ backendConfig, agentConfig }: Installation): Promise<Outcome> {
  const backend = backendConfig?.config;
  const stores = backend?.oracles.map(({ matrix }) => matrix.storeDir) ?? [];
  const files = [backend?.databaseFile, ...stores, agentConfig?.config?.trustStoreFile].filter(
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
