import { OracleCallError, type Did } from '@oracle-calls/protocol';
import type { MatrixUserId } from '@oracle-calls/matrix/port';

export interface UserPrincipal {
  readonly kind: 'user';
  readonly userId: MatrixUserId;
}

export interface AgentPrincipal {
  readonly kind: 'agent';
  /** Which API key; never the key itself. */
  readonly keyId: string;
  /** The one oracle that the key is good for. */
  readonly oracleDid: Did;
}

/** Who makes a request. */
export type Principal = UserPrincipal | AgentPrincipal;

/** @throws {OracleCallError} `ERR_AUTH_FORBIDDEN` */
export function requireUser(principal: Principal): UserPrincipal {
  if (principal.kind !== 'user') throw new OracleCallError('ERR_AUTH_FORBIDDEN', 'This is for users only.');
  return principal;
}

/** @throws {OracleCallError} `ERR_AUTH_FORBIDDEN` */
export function requireAgent(principal: Principal): AgentPrincipal {
  if (principal.kind !== 'agent') throw new OracleCallError('ERR_AUTH_FORBIDDEN', 'This is for agents only.');
  return principal;
}
