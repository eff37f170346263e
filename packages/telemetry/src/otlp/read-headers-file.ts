import { readFile } from 'node:fs/promises';
import { OracleCallError } from '@oracle-calls/protocol';

/** A header's name and value as RFC 9110 allows them, in visible ASCII. */
const LINE = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*([\x20-\x7e]+)$/;

/**
 * Reads header lines (`authorization: Bearer …`); empty lines do not count. Values are secrets: they are in no message.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` naming the file and the line's number
 */
export async function readHeadersFile(file: string): Promise<Readonly<Record<string, string>>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `telemetry.headersFile: ${file} cannot be read.`);
  }
  const headers: Record<string, string> = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === '') continue;
    const [, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw new OracleCallError(
        'ERR_PROTOCOL_MALFORMED',
        `telemetry.headersFile: line ${index + 1} of ${file} is no header.`,
      );
    }
    headers[name.toLowerCase()] = value;
  }
  return headers;
}
