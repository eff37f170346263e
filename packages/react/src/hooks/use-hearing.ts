'use client';

import { listenersOf, type CallHearing, type CallListener } from '@oracle-calls/protocol/hearing';
import type { OracleCall } from '@oracle-calls/sdk';
import { useMemo } from 'react';
import { useCallSecurity } from './use-call-facts.ts';
import { useCallRecord } from './use-call-record.ts';

export interface UsedHearing {
  /** As the oracle's agent declared it, part by part. */
  readonly declared: CallHearing;
  /** Each host outside the oracle's machine once, with all that it gets; empty when nothing leaves that machine. */
  readonly listeners: readonly CallListener[];
  /** Whether the oracle remembers this call: it declares so, and was not told to keep nothing of it. */
  readonly isRemembered: boolean;
}

/** Who hears the call; `undefined` until the oracle has proved itself, and for calls of the older protocol, which do not say. */
export function useHearing(call?: OracleCall): UsedHearing | undefined {
  const declared = useCallSecurity(call)?.hearing;
  const mayRemember = useCallRecord(call)?.remembers ?? true;
  return useMemo(
    () => declared && { declared, listeners: listenersOf(declared), isRemembered: declared.remembers && mayRemember },
    [declared, mayRemember],
  );
}
