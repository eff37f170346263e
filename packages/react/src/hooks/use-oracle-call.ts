'use client';

import type { EndReason } from '@oracle-calls/protocol';
import type { CallRequest, CancelOptions, EndedState, OracleCall } from '@oracle-calls/sdk';
import { useMemo } from 'react';
import { useCallRecord } from './use-call-record.ts';
import { useCallsStore } from './use-oracle-calls.ts';

export interface UsedOracleCall {
  /** The last call that was placed, by whomever: in progress, or ended and not yet dismissed. */
  readonly call: OracleCall | undefined;
  /**
   * Places a call; from a click, or the browser may not play.
   *
   * @throws {OracleCallError} as `OracleCalls.callOracle`
   * @throws {TypeError} while the provider has no calls
   */
  readonly place: (request: CallRequest, cancel?: CancelOptions) => OracleCall;
  /** Hangs up. Resolves when nothing of the call is open any more; to `undefined` when there is none. */
  readonly endCall: (reason?: EndReason) => Promise<EndedState | undefined>;
  /** Forgets a call that has ended. */
  readonly dismiss: () => void;
}

const nothingToPlace = (): never => {
  throw new TypeError('The provider has no calls yet.');
};
const WITHOUT_CALLS = { place: nothingToPlace, endCall: async () => undefined, dismiss: () => undefined } as const;

/** The call that is shown, and what a person does with it. The functions stay the same between renders. */
export function useOracleCall(): UsedOracleCall {
  const { place, endCall, dismiss } = useCallsStore() ?? WITHOUT_CALLS;
  const call = useCallRecord(undefined)?.call;
  return useMemo(() => ({ call, place, endCall, dismiss }), [call, place, endCall, dismiss]);
}
