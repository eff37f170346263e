import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OracleCallError } from '@oracle-calls/protocol';

/** A file to write, complete or not at all. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
  /** Permission bits: 0o600 for secrets, 0o644 for what is public anyway. */
  readonly mode: number;
}

type Occupant = 'nothing' | 'file' | 'folder';

async function occupantOf(path: string): Promise<Occupant> {
  try {
    return (await lstat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'nothing';
    throw error;
  }
}

/** Names of the files whose place is taken; a folder's place is taken even when replacing. */
async function findObstacles(files: readonly NewFile[], isReplacing: boolean): Promise<string[]> {
  const obstacles: string[] = [];
  for (const { path } of files) {
    const occupant = await occupantOf(path);
    if (occupant === 'folder' || (occupant === 'file' && !isReplacing)) obstacles.push(basename(path));
  }
  return obstacles;
}

async function writeBeside({ path, text, mode }: NewFile): Promise<string> {
  const beside = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}`);
  // `wx` creates the file with its final mode: a secret is never readable by others, not even for a moment.
  await using file = await open(beside, 'wx', mode);
  await file.writeFile(text);
  await file.sync();
  return beside;
}

/**
 * Writes a set of files into one folder (made with mode 0700 when missing). Nothing is replaced unless asked for, and
 * nothing is put in place before everything is written.
 *
 * @throws {OracleCallError} `ERR_CLI_FILE_EXISTS` with `details.files`, before anything is written
 */
export async function writeFiles(folder: string, files: readonly NewFile[], isReplacing: boolean): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const obstacles = await findObstacles(files, isReplacing);
  if (obstacles.length > 0) {
    const message = `Already there: ${obstacles.join(', ')}. Nothing was written.`;
    throw new OracleCallError('ERR_CLI_FILE_EXISTS', message, { details: { files: obstacles } });
  }
  const written: { readonly beside: string; readonly path: string }[] = [];
  try {
    for (const file of files) written.push({ beside: await writeBeside(file), path: file.path });
    for (const { beside, path } of written) await rename(beside, path);
  } finally {
    await Promise.all(written.map(({ beside }) => rm(beside, { force: true })));
  }
}
