import { OracleCallError } from '@oracle-calls/protocol';
import { shownKeysOf, type OracleCalls } from '@oracle-calls/sdk/core';

/**
 * Takes an oracle's changed keys as its own when they are the ones that the caller names: the fingerprint that the refusal showed, and
 * that the oracle's operator confirmed over another channel. Does nothing when the keys are those known.
 *
 * @throws {OracleCallError} `ERR_KEY_CHANGED`, `ERR_KEY_ROTATION` when the oracle shows other keys than those named
 */
export async function acceptNamedKeys(
  calls: Pick<OracleCalls, 'prepare' | 'acceptChangedKeys'>,
  oracleDid: string,
  identityKey: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await calls.prepare({ oracleDid }, { signal });
  } catch (error) {
    const shown = shownKeysOf(error);
    if (shown === undefined) throw error;
    if (shown.identityKey !== identityKey.toLowerCase()) {
      throw new OracleCallError('ERR_KEY_CHANGED', 'The oracle shows other keys than those that were to be accepted.', {
        cause: error,
        details: { shownIdentityKey: shown.identityKey },
      });
    }
    await calls.acceptChangedKeys({ oracleDid, expected: shown }, { signal });
  }
}
