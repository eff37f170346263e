'use client';

import { OracleCallError } from '@oracle-calls/protocol';
import type { AcceptOptions, OracleCall, Ring } from '@oracle-calls/sdk';
import { useMemo } from 'react';
import { useCallsContext } from '../provider/calls-context.ts';
import { useSource } from '../provider/use-source.ts';

export interface UsedIncomingCall {
  /** The oracle's call that waits for an answer. */
  readonly ring: Ring | undefined;
  /** How the last one went on, until the next rings: a call that lapsed was missed. */
  readonly last: Ring | undefined;
  /**
   * Answers, from a click: an ordinary call, which `useOracleCall` then shows.
   *
   * @throws {OracleCallError} as `Rings.accept`; `ERR_CALL_ENDED` when nobody rings
   */
  readonly accept: (options?: AcceptOptions) => OracleCall;
  /** @throws {OracleCallError} as `Rings.decline`; `ERR_CALL_ENDED` when nobody rings */
  readonly decline: () => Promise<void>;
}

/** An oracle's call to this person. */
export function useIncomingCall(): UsedIncomingCall {
  const { store } = useCallsContext();
  const ring = useSource(store?.ring, undefined);
  const last = useSource(store?.lastRing, undefined);
  return useMemo(() => {
    const rings = store?.calls.rings;
    return {
      ring,
      last,
      accept: (options) => {
        if (rings === undefined || ring === undefined) throw new OracleCallError('ERR_CALL_ENDED');
        return rings.accept(ring, options);
      },
      decline: async () => {
        if (rings === undefined || ring === undefined) throw new OracleCallError('ERR_CALL_ENDED');
        await rings.decline(ring);
      },
    };
  }, [store, ring, last]);
}
