import type { Did } from '@oracle-calls/protocol';
import type { CallSigner } from '@oracle-calls/protocol/signing';
import type { Oracle } from '../oracle/oracle-directory.ts';
import type { CallSecrets } from '../strict/call-secrets.ts';
import type { StrictProtocol } from '../strict/strict-protocol.ts';
import type { CallDeps } from './call-deps.ts';
import type { OracleSide } from './oracle-side.ts';

/** What a call is made with, all of it from this machine and the oracle's DID. */
export interface CallParts {
  readonly oracle: Oracle;
  readonly protocol: StrictProtocol;
  readonly signer: CallSigner;
  readonly secrets: CallSecrets;
  readonly Side: typeof OracleSide;
}

/** What watches the other end of a call is loaded with the protocol: nothing of it is needed before a call. */
export const loadOracleSide = async (): Promise<typeof OracleSide> => (await import('./oracle-side.ts')).OracleSide;

/**
 * Gathers the parts. Whoever gets them destroys the secrets.
 *
 * @throws {OracleCallError} `ERR_DID_*`, `ERR_KEY_CHANGED`, `ERR_KEY_ROTATION`; an abort rethrows `signal.reason`
 */
export async function gatherCallParts(
  deps: Pick<CallDeps, 'findOracle' | 'loadProtocol' | 'loadOracleSide' | 'signer'>,
  oracleDid: Did,
  signal: AbortSignal,
): Promise<CallParts> {
  const [oracle, protocol, Side, signer] = await Promise.all([
    deps.findOracle(oracleDid, signal),
    deps.loadProtocol(),
    deps.loadOracleSide(),
    deps.signer(),
  ]);
  signal.throwIfAborted();
  const secrets = await protocol.createSecrets();
  if (signal.aborted) {
    secrets[Symbol.dispose]();
    signal.throwIfAborted();
  }
  return { oracle, protocol, signer, secrets, Side };
}
