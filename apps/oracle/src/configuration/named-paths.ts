import { access, constants, open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type * as v from 'valibot';
import { namedPathsIn, type NamedPathKind } from './schema-walk.ts';

/** What is wrong with a file or folder, and which field names it. */
export interface PathProblem {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** Permission bits that let others than owner and group at a file. */
const OTHERS = 0o007;
const GROUP_WRITE = 0o020;

const reasonOf = (error: unknown): string => {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'is not there';
  return code === 'EACCES' ? 'may not be read by this user' : `cannot be read (${code})`;
};

/** What is wrong with a file that holds a secret, without its content. */
async function findSecretProblem(file: string): Promise<string | undefined> {
  try {
    await using handle = await open(file, 'r');
    const stats = await handle.stat();
    if (!stats.isFile()) return 'is not a file';
    if (stats.size === 0) return 'is empty';
    // Groups may read: service managers hand secrets to a group. Windows has no such bits.
    const isOpen = (stats.mode & (OTHERS | GROUP_WRITE)) !== 0 && process.platform !== 'win32';
    const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
    return isOpen ? `is open to others (mode ${mode}): chmod 600 it` : undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** What is wrong with the place of a file or folder that the program makes itself: something there must let it. */
async function findPlaceProblem(file: string): Promise<string | undefined> {
  for (let folder = file; ; folder = dirname(folder)) {
    try {
      await access(folder, constants.W_OK);
      return undefined;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT')
        return code === 'ENOTDIR' ? 'is below a file' : `may not be written (${code ?? 'unknown'})`;
    }
  }
}

async function findFolderProblem(folder: string): Promise<string | undefined> {
  try {
    return (await stat(folder)).isDirectory() ? undefined : 'is not a folder';
  } catch (error) {
    return reasonOf(error);
  }
}

async function findFileProblem(file: string): Promise<string | undefined> {
  try {
    return (await stat(file)).isFile() ? undefined : 'is not a file';
  } catch (error) {
    return reasonOf(error);
  }
}

const FINDERS: Readonly<Record<NamedPathKind, (file: string) => Promise<string | undefined>>> = {
  secret: findSecretProblem,
  made: findPlaceProblem,
  folder: findFolderProblem,
  file: findFileProblem,
};

/**
 * Looks at every file and folder that a configuration names: secrets must be there, readable, not empty and not open to
 * others. Relative paths count from the folder of this process.
 */
export async function findPathProblems(schema: v.GenericSchema, config: unknown): Promise<PathProblem[]> {
  const found = await Promise.all(
    namedPathsIn(schema, config).map(async ({ path, kind, value: file }): Promise<PathProblem[]> => {
      if (typeof file !== 'string') return [];
      const problem = await FINDERS[kind](resolve(file));
      return problem === undefined ? [] : [{ path, text: `${file} ${problem}` }];
    }),
  );
  return found.flat();
}
