import { isMatrixUserId, type MatrixPort, type MatrixUserId } from '@oracle-calls/matrix';
import { didSchema, ORACLE_DID_PROFILE_FIELD, OracleCallError, parseWith, type Did } from '@oracle-calls/protocol';
import * as v from 'valibot';
import type { KeyState } from '../key-pins/key-rules.ts';
import type { OracleDirectory } from './oracle-directory.ts';

/** An oracle as people know it: by its DID, or by its Matrix id. */
export type OracleName = { readonly oracleDid: string } | { readonly matrixUserId: string };

/** What is known of an oracle before a call, by its DID document and by what this account has seen. Nothing here is a homeserver's word. */
export interface OracleFacts {
  readonly oracleDid: Did;
  /** The account that the DID document names. */
  readonly matrixUserId: MatrixUserId;
  readonly backendUrl: string;
  /** How the keys that it shows stand to those seen before. */
  readonly keyState: KeyState;
  /** A person has compared the code of a call under these keys. */
  readonly isVerified: boolean;
}

/**
 * Finds an oracle and says what is proved about it; keeps nothing. A Matrix id leads to the DID that its account publishes, and the DID's document
 * must name the same account: a homeserver can show any DID, and would otherwise send a person to an oracle that they did not ask for.
 *
 * @throws {OracleCallError} `ERR_DID_*` (`ERR_DID_UNPUBLISHED`, `ERR_DID_ACCOUNT` for a Matrix id), `ERR_KEY_*`, `ERR_UPSTREAM_HOMESERVER`
 */
export async function lookUpOracle(
  { matrix, directory }: { readonly matrix: MatrixPort; readonly directory: OracleDirectory },
  name: OracleName,
  signal: AbortSignal,
): Promise<OracleFacts> {
  const named = 'matrixUserId' in name ? await readPublishedDid(matrix, name.matrixUserId, signal) : undefined;
  const did = named?.did ?? parseWith(didSchema, 'oracleDid' in name ? name.oracleDid : undefined);
  const { matrixUserId, backendUrl, verdict } = await directory.look(did, signal);
  if (named !== undefined && matrixUserId !== named.userId) throw new OracleCallError('ERR_DID_ACCOUNT');
  const { keyState, kept } = verdict;
  return { oracleDid: did, matrixUserId, backendUrl, keyState, isVerified: kept.isVerified };
}

interface PublishedDid {
  readonly did: Did;
  readonly userId: MatrixUserId;
}

async function readPublishedDid(matrix: MatrixPort, userId: string, signal: AbortSignal): Promise<PublishedDid> {
  if (!isMatrixUserId(userId)) throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'Not a Matrix user id.');
  const published = v.safeParse(didSchema, await matrix.readProfileField(userId, ORACLE_DID_PROFILE_FIELD, { signal }));
  signal.throwIfAborted();
  if (!published.success) throw new OracleCallError('ERR_DID_UNPUBLISHED');
  return { did: published.output, userId };
}
