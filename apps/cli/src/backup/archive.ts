import { createReadStream } from 'node:fs';
import { access, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { isOracleCallError, OracleCallError, type BearerSecret } from '@oracle-calls/protocol';
import { Decrypter, Encrypter } from 'age-encryption';
import { create, extract } from 'tar';

/** First line of an age file (age-encryption.org/v1). */
const AGE_MAGIC = 'age-encryption.org/v1\n';

/** Node's web streams and the platform's are one thing under two types. */
const toNode = (stream: ReadableStream<Uint8Array>): Readable =>
  Readable.fromWeb(stream as NodeReadableStream<Uint8Array>);
const toWeb = (stream: Readable): ReadableStream<Uint8Array> => Readable.toWeb(stream) as ReadableStream<Uint8Array>;

/**
 * Packs files of a folder into one file that only its owner reads: a gzipped tar, inside an age file when there is a passphrase. Whole or not
 * at all.
 *
 * @throws {OracleCallError} `ERR_CLI_FILE_EXISTS`
 */
export async function packArchive(
  folder: string,
  paths: readonly string[],
  file: string,
  passphrase: BearerSecret | undefined,
): Promise<void> {
  await refuseExisting(file);
  let content = Readable.from(create({ cwd: folder, gzip: true, portable: true }, [...paths]), { objectMode: false });
  if (passphrase !== undefined) {
    const encrypter = new Encrypter();
    encrypter.setPassphrase(passphrase.expose());
    content = toNode(await encrypter.encrypt(toWeb(content)));
  }
  const partial = `${file}.partial`;
  try {
    const handle = await open(partial, 'wx', 0o600);
    await pipeline(content, handle.createWriteStream({ flush: true }));
    await refuseExisting(file);
    await rename(partial, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) await rm(partial, { force: true });
    throw error;
  }
  // The rename itself is kept only once the folder is.
  await using parent = await open(dirname(file), 'r');
  await parent.sync();
}

async function refuseExisting(file: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw new OracleCallError('ERR_CLI_FILE_EXISTS', `${file} is already there.`);
}

/**
 * Unpacks an archive into an empty folder: plain files only, and nowhere else.
 *
 * @throws {OracleCallError} `ERR_CLI_BACKUP_PASSPHRASE` when the passphrase is missing or wrong, `ERR_CLI_BACKUP` when it is no archive or damaged
 */
export async function unpackArchive(file: string, folder: string, passphrase: BearerSecret | undefined): Promise<void> {
  try {
    let content: Readable = createReadStream(file);
    if (await isEncrypted(file)) content = await decrypt(content, passphrase);
    else if (passphrase !== undefined) {
      // Only what is encrypted is known to be of whoever has the passphrase: a plain file in its place may be anybody's.
      content.destroy();
      throw new OracleCallError(
        'ERR_CLI_BACKUP_PASSPHRASE',
        'The backup is not encrypted, and a passphrase was given. If it was made without one, leave --passphrase-file out.',
      );
    }
    const filter = (_path: string, entry: object): boolean => {
      const type: unknown = Reflect.get(entry, 'type');
      return type === 'File' || type === 'Directory';
    };
    await pipeline(content, extract({ cwd: folder, strict: true, filter, noChmod: true, dmode: 0o700, fmode: 0o600 }));
  } catch (cause) {
    if (isOracleCallError(cause) || isMissing(cause)) throw cause;
    throw new OracleCallError('ERR_CLI_BACKUP', undefined, { cause });
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOENT', 'EACCES', 'ENOSPC'].includes(String(error.code));

async function isEncrypted(file: string): Promise<boolean> {
  await using handle = await open(file, 'r');
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(AGE_MAGIC.length), 0, AGE_MAGIC.length, 0);
  return buffer.subarray(0, bytesRead).toString('latin1') === AGE_MAGIC;
}

async function decrypt(content: Readable, passphrase: BearerSecret | undefined): Promise<Readable> {
  if (passphrase === undefined) {
    content.destroy();
    throw new OracleCallError('ERR_CLI_BACKUP_PASSPHRASE', 'The backup is encrypted: give --passphrase-file.');
  }
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase.expose());
  try {
    return toNode(await decrypter.decrypt(toWeb(content)));
  } catch (cause) {
    throw new OracleCallError('ERR_CLI_BACKUP_PASSPHRASE', undefined, { cause });
  }
}
