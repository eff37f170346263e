import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Folders of secrets are for their owner alone. */
export async function privateDir(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}

/** Writes a file that only its owner may read, whole or not at all. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await privateDir(dirname(path));
  const partial = `${path}.${process.pid}.tmp`;
  await writeFile(partial, text, { mode: 0o600 });
  await rename(partial, path);
}

/** The secret kept in `path`: 32 random bytes as base64url, made at the first call. */
export async function keptSecret(path: string): Promise<string> {
  const kept = await tryRead(path);
  if (kept !== undefined && kept !== '') return kept;
  const secret = randomBytes(32).toString('base64url');
  await writePrivate(path, secret);
  return secret;
}

/** A file's trimmed text, or `undefined` when it does not exist. */
export async function tryRead(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}
