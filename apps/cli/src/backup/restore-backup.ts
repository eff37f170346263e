import { access, chmod, copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isDatabaseThere, restoreDatabase, type Occupied } from '@oracle-calls/backend/operator';
import { isStoreInUse, restoreStore, setStoreAside, type RestoredDevice } from '@oracle-calls/matrix/node';
import { OracleCallError, type BearerSecret, type Clock } from '@oracle-calls/protocol';
import { unpackArchive } from './archive.ts';
import type { BackendPlaces } from './backend-places.ts';
import { DATABASE_FILE, matrixFolder, TRUST_FILE, verifyFolder, type Manifest } from './manifest.ts';

/** `database` leaves Matrix stores and trust store as they are. */
export type RestoreScope = 'everything' | 'database';

export interface RestoreOptions {
  readonly places: BackendPlaces;
  readonly trustStoreFile: string | undefined;
  readonly file: string;
  readonly passphrase: BearerSecret | undefined;
  readonly scope: RestoreScope;
  readonly occupied: Occupied;
  readonly device: RestoredDevice;
  readonly clock: Clock;
  readonly progress: (line: string) => void;
}

export interface Restored {
  readonly manifest: Manifest;
  /** What was there before, and is kept under these names. */
  readonly aside: readonly string[];
}

/** Two characters less than ISO text has, and fit for names of files and schemas. */
const labelOf = (clock: Clock): string => new Date(clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, '');

/**
 * Puts a backup in the place of what a backend keeps. Everything is unpacked and verified, and every reason against it looked for, before
 * anything is touched; what was there is kept under another name.
 *
 * @throws {OracleCallError} `ERR_CLI_BACKUP`, `ERR_CLI_BACKUP_PASSPHRASE`, `ERR_CLI_FILE_EXISTS`, `ERR_MATRIX_STORE_IN_USE`,
 *   `ERR_STORE_NEWER`, `ERR_CLI_POSTGRES_PROGRAM`
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { places, file, passphrase, progress } = options;
  const { database, accounts } = places;
  // Beside what is restored, so that a file moves into its place at one stroke.
  const home =
    database.kind === 'sqlite' ? dirname(resolve(database.file)) : dirname(resolve(accounts[0]?.storeDir ?? '.'));
  await mkdir(home, { recursive: true, mode: 0o700 });
  const staging = await mkdtemp(join(home, '.oracle-calls-restore-'));
  try {
    progress('Unpacking');
    await unpackArchive(resolve(file), staging, passphrase);
    progress('Verifying checksums');
    const manifest = await verifyFolder(staging);
    refuseOtherBackend(manifest, options);
    await refuseOccupied(options);
    return { manifest, aside: await putInPlace(staging, options) };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** @throws {OracleCallError} `ERR_CLI_BACKUP` when the backup is of something else, or not good for what is asked */
function refuseOtherBackend({ database, matrix, trustStore }: Manifest, options: RestoreOptions): void {
  const { places, scope, device, trustStoreFile } = options;
  const refuse = (message: string): never => {
    throw new OracleCallError('ERR_CLI_BACKUP', message);
  };
  if (database.kind !== places.database.kind) {
    refuse(`The backup is of a ${database.kind} database, and the configuration names a ${places.database.kind} one.`);
  }
  if (scope === 'database') return;
  const [ours, theirs] = [places.accounts, matrix].map((list) => list.map(({ userId }) => userId).join(', '));
  if (ours !== theirs) refuse(`The backup is of ${theirs ?? ''}, and the configuration names ${ours ?? ''}.`);
  if (device === 'same' && matrix.some(({ copy }) => copy === 'identity')) {
    refuse('The backup was made while the backend ran and holds no device: restore it without --same-device.');
  }
  if (trustStoreFile !== undefined && trustStore === 'absent') refuse('The backup holds no trust store.');
}

/** @throws {OracleCallError} `ERR_MATRIX_STORE_IN_USE`, `ERR_CLI_FILE_EXISTS` */
async function refuseOccupied({ places, trustStoreFile, scope, occupied }: RestoreOptions): Promise<void> {
  if (places.accounts.some(({ storeDir }) => isStoreInUse(storeDir))) {
    throw new OracleCallError('ERR_MATRIX_STORE_IN_USE', 'The backend is running. Stop it first.');
  }
  if (occupied === 'replace') return;
  const obstacles = (await isDatabaseThere(places.database)) ? ['the database'] : [];
  if (scope === 'everything') {
    for (const { storeDir, recoveryKeyFile } of places.accounts) {
      for (const path of [storeDir, recoveryKeyFile])
        if (path !== undefined && (await isThere(path))) obstacles.push(path);
    }
    if (trustStoreFile !== undefined && (await isThere(trustStoreFile))) obstacles.push(trustStoreFile);
  }
  if (obstacles.length === 0) return;
  throw new OracleCallError(
    'ERR_CLI_FILE_EXISTS',
    `Already there: ${obstacles.join(', ')}. Nothing was changed. With --force it is kept aside under another name.`,
    { details: { files: obstacles } },
  );
}

async function putInPlace(staging: string, options: RestoreOptions): Promise<string[]> {
  const { places, trustStoreFile, scope, occupied, device, clock, progress } = options;
  const { database, accounts } = places;
  const label = labelOf(clock);
  const aside: string[] = [];
  progress(`Database (${database.kind})`);
  const wasThere = await isDatabaseThere(database);
  await restoreDatabase(database, join(staging, DATABASE_FILE), { occupied, label });
  if (wasThere) {
    const schema = `oracle_calls_before_${label.toLowerCase()}`;
    aside.push(database.kind === 'sqlite' ? `${database.file}.before-${label}` : `schema ${schema} of the database`);
  }
  if (scope === 'database') return aside;
  for (const [index, account] of accounts.entries()) {
    progress(`Matrix account ${account.userId}`);
    const { storeDir, recoveryKeyFile } = account;
    const asideDir = `${storeDir.replace(/\/+$/, '')}.before-${label}`;
    if (await setStoreAside(storeDir, asideDir)) aside.push(asideDir);
    if (recoveryKeyFile !== undefined) await setAside(recoveryKeyFile, label, aside);
    await restoreStore(join(staging, ...matrixFolder(index).split('/')), account, device);
  }
  if (trustStoreFile !== undefined) {
    progress('Trust store');
    await setAside(trustStoreFile, label, aside);
    await mkdir(dirname(trustStoreFile), { recursive: true, mode: 0o700 });
    await copyFile(join(staging, TRUST_FILE), trustStoreFile);
    await chmod(trustStoreFile, 0o600);
  }
  return aside;
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Moves a file, and SQLite's journal beside it, out of the way. */
async function setAside(file: string, label: string, aside: string[]): Promise<void> {
  for (const part of ['', '-wal', '-shm']) {
    if (await isThere(`${file}${part}`)) {
      await rename(`${file}${part}`, `${file}.before-${label}${part}`);
      if (part === '') aside.push(`${file}.before-${label}`);
    }
  }
}
