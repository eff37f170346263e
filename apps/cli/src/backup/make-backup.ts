import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { backUpDatabase, copySqliteFile, latestMigration } from '@oracle-calls/backend/operator';
import { backUpStore, type StoreCopied } from '@oracle-calls/matrix/node';
import type { BearerSecret, Clock } from '@oracle-calls/protocol';
import packageJson from '../../package.json' with { type: 'json' };
import { packArchive } from './archive.ts';
import type { BackendPlaces } from './backend-places.ts';
import { DATABASE_FILE, matrixFolder, TRUST_FILE, writeManifest, type Manifest } from './manifest.ts';

export interface BackupOptions {
  readonly places: BackendPlaces;
  /** An agent's trust store that is on this machine too. */
  readonly trustStoreFile: string | undefined;
  readonly file: string;
  readonly passphrase: BearerSecret | undefined;
  readonly clock: Clock;
  readonly progress: (line: string) => void;
}

export interface Backup {
  readonly manifest: Manifest;
  readonly bytes: number;
}

/**
 * Copies database, Matrix stores and trust store into one file, readable by its owner only. The Matrix stores come first: what the database says of
 * an account is then never older than the account.
 *
 * @throws {OracleCallError} `ERR_CLI_FILE_EXISTS`, `ERR_MATRIX_STORE`, `ERR_CLI_POSTGRES_PROGRAM`, `ERR_CLI_BACKUP`; no file is left then
 */
export async function makeBackup(options: BackupOptions): Promise<Backup> {
  const { places, trustStoreFile, passphrase, clock, progress } = options;
  const file = resolve(options.file);
  const createdAt = new Date(clock.now()).toISOString();
  // Beside the archive: there is room for it, and it is as private.
  const staging = await mkdtemp(join(dirname(file), '.oracle-calls-backup-'));
  try {
    const matrix: StoreCopied[] = [];
    for (const [index, account] of places.accounts.entries()) {
      progress(`Matrix account ${account.userId}`);
      matrix.push(await backUpStore(account, join(staging, ...matrixFolder(index).split('/'))));
    }
    progress(`Database (${places.database.kind})`);
    await mkdir(dirname(join(staging, DATABASE_FILE)), { mode: 0o700 });
    await backUpDatabase(places.database, join(staging, DATABASE_FILE));
    if (trustStoreFile !== undefined) {
      progress('Trust store');
      await mkdir(dirname(join(staging, TRUST_FILE)), { mode: 0o700 });
      await copySqliteFile(trustStoreFile, join(staging, TRUST_FILE));
    }
    const { manifest, paths } = await writeManifest(staging, {
      createdAt,
      software: { cli: packageJson.version, node: process.version, migration: await latestMigration() },
      database: { kind: places.database.kind },
      matrix: matrix.map(({ userId, deviceId, copy }) => ({ userId, deviceId, copy })),
      trustStore: trustStoreFile === undefined ? 'absent' : 'included',
    });
    progress(passphrase === undefined ? 'Packing' : 'Packing and encrypting');
    await packArchive(staging, paths, file, passphrase);
    return { manifest, bytes: (await stat(file)).size };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
