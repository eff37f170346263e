import { readFile } from 'node:fs/promises';
import { BearerSecret, OracleCallError } from '@oracle-calls/protocol';

/**
 * Reads a secret's text from a file; line breaks at its end do not count.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` naming the field and the file, never its content
 */
export async function readSecretFile(file: string, field: string): Promise<BearerSecret> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `${field}: ${file} cannot be read.`);
  }
  return new BearerSecret(text.replace(/[\r\n]+$/, ''), field);
}
