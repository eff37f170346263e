import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { OracleCallError, parseWith } from '@oracle-calls/protocol';
import type { GenericSchema, InferOutput } from 'valibot';
import { writeFiles } from '../../keygen/private-files.ts';

/**
 * What a file holds, or `undefined` when there is no such file.
 *
 * @throws {OracleCallError} `ERR_KEY_STORE` when it is not one of ours: what cannot be read is not the same as what was never there
 */
export async function readRecord<S extends GenericSchema>(
  path: string,
  schema: S,
): Promise<InferOutput<S> | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return parseWith(schema, JSON.parse(text));
  } catch {
    // Without the cause: it may quote the file, which may hold a key.
    throw new OracleCallError('ERR_KEY_STORE', `${basename(path)} cannot be read.`);
  }
}

/** Replaces the file as a whole; only its owner may read it. */
export async function writeRecord(path: string, content: object): Promise<void> {
  const text = `${JSON.stringify(content, null, 2)}\n`;
  await writeFiles(dirname(path), [{ path, text, mode: 0o600 }], true);
}
