import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { OracleCallError } from '@oracle-calls/protocol';
import { passagesOf } from './passages.ts';
import type { Passage } from './passages.ts';

const KINDS = new Set(['.md', '.markdown', '.txt']);
/** A file beyond this is no text that somebody wrote for an oracle. */
const FILE_MAX_BYTES = 1024 * 1024;
/** Half a minute of reading at start, at 6 ms a sentence; a book has about as many. */
export const MAX_SENTENCES = 5_000;

/**
 * Reads every `.md` and `.txt` of a folder, and of those in it, in the order of their names.
 *
 * @throws {OracleCallError} `ERR_CONFIG_INVALID` when it cannot be read, holds nothing to say, or too much
 */
export async function readDocuments(folder: string): Promise<Passage[]> {
  const names = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new OracleCallError('ERR_CONFIG_INVALID', `${folder}: the documents cannot be read.`, { cause });
  });
  const passages: Passage[] = [];
  for (const name of names.filter((one) => KINDS.has(extname(one).toLowerCase())).toSorted()) {
    const path = join(folder, name);
    const { size } = await stat(path);
    if (size > FILE_MAX_BYTES) throw new OracleCallError('ERR_CONFIG_INVALID', `${path} is larger than 1 MiB.`);
    passages.push(...passagesOf(basename(name), await readFile(path, 'utf8')));
  }
  const count = passages.reduce((sum, { sentences }) => sum + sentences.length, 0);
  if (count === 0) throw new OracleCallError('ERR_CONFIG_INVALID', `${folder} holds no .md or .txt with text in it.`);
  if (count > MAX_SENTENCES) {
    throw new OracleCallError('ERR_CONFIG_INVALID', `${folder} holds ${count} sentences; ${MAX_SENTENCES} at most.`);
  }
  return passages;
}
