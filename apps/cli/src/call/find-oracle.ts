import { parseMatrixUserId } from '@oracle-calls/matrix';
import { OracleCallError } from '@oracle-calls/protocol';
import type { Did } from '@oracle-calls/protocol';
import { parseDid } from '@oracle-calls/protocol/did';
import type { FileKeyPins } from './account/file-key-pins.ts';

/**
 * The DID of an oracle that is named by it, or by the Matrix account under which it was called before. A Matrix id alone proves no key:
 * nothing leads from it to a DID document that could be believed.
 *
 * @throws {OracleCallError} `ERR_DID_MALFORMED`, `ERR_PROTOCOL_MALFORMED`; `ERR_CLI_ORACLE` for an account that no known oracle, or more than one, has
 */
export async function findOracle(name: string, pins: Pick<FileKeyPins, 'findByAccount'>): Promise<Did> {
  if (!name.startsWith('@')) return parseDid(name);
  const found = await pins.findByAccount(parseMatrixUserId(name));
  const [did, ...others] = found;
  if (did === undefined)
    throw new OracleCallError('ERR_CLI_ORACLE', `${name} was not called before. Name the oracle's DID.`);
  if (others.length > 0)
    throw new OracleCallError('ERR_CLI_ORACLE', `${name} is the account of ${found.join(' and ')}. Name one.`);
  return parseDid(did);
}
