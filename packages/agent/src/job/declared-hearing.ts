import { OracleCallError } from '@oracle-calls/protocol';
import { compareHearings, type CallHearing } from '@oracle-calls/protocol/hearing';

/**
 * What the offer told the user holds: models that would be heard, seen or kept by more than that do not take part in the call. Asked of every speech
 * host before it gets anything: one that dies in the middle of a call is replaced by one that reads the oracle's file anew.
 *
 * @throws {OracleCallError} `ERR_CONFIG_INVALID` when the oracle was changed under a worker that declares what was before
 */
export function checkDeclared(declared: CallHearing, actual: CallHearing): void {
  if (compareHearings(declared, actual) !== 'wider') return;
  throw new OracleCallError(
    'ERR_CONFIG_INVALID',
    'More hear the call than its offers declare: start the worker again.',
  );
}
