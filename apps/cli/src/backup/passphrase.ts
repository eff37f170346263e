import { readFile } from 'node:fs/promises';
import { BearerSecret, OracleCallError } from '@oracle-calls/protocol';

/** A guesser tries a passphrase in about a second; what is shorter is found all the same. */
const LENGTH_MIN = 12;

/** @throws {OracleCallError} `ERR_CLI_BACKUP_PASSPHRASE` when it is too short */
export async function readPassphrase(file: string | undefined): Promise<BearerSecret | undefined> {
  if (file === undefined) return undefined;
  const text = (await readFile(file, 'utf8')).replace(/[\r\n]+$/, '');
  if (text.length < LENGTH_MIN) {
    throw new OracleCallError(
      'ERR_CLI_BACKUP_PASSPHRASE',
      `A passphrase of at least ${LENGTH_MIN} characters is expected.`,
    );
  }
  return new BearerSecret(text, 'backup passphrase');
}
