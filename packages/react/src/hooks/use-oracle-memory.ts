'use client';

import { useCallback, useEffect, useMemo } from 'react';
import { useSource } from '../provider/use-source.ts';
import { MemoryReader, NO_MEMORY, type ReadMemory } from '../store/memory-reader.ts';
import { useCallState } from './use-call-facts.ts';
import { useOracleCalls } from './use-oracle-calls.ts';

export type UsedOracleMemory = ReadMemory & {
  readonly reload: () => void;
  /** Has it forgotten for good: the session, or all when none was named. @throws as `OracleMemory.forget` */
  readonly forget: () => Promise<void>;
};

/** What an oracle remembers of the person, in one session or in all; read anew when a call has ended. Without an oracle nothing is asked. */
export function useOracleMemory(oracleDid: string | undefined, sessionId?: string): UsedOracleMemory {
  const memory = useOracleCalls()?.memory;
  const reader = useMemo(() => (memory === undefined ? undefined : new MemoryReader(memory)), [memory]);
  const read = useSource(reader?.shown, NO_MEMORY);
  const state = useCallState();
  const endedCallId = state.kind === 'Ended' ? state.callId : undefined;
  const reload = useCallback(() => {
    void reader?.ask(oracleDid === undefined ? undefined : { oracleDid, sessionId });
  }, [reader, oracleDid, sessionId]);
  const forget = useCallback(async () => {
    if (oracleDid !== undefined) await reader?.forget({ oracleDid, sessionId });
  }, [reader, oracleDid, sessionId]);
  useEffect(() => {
    reload();
    return () => reader?.cancel();
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- a call that has ended may have left something
  }, [reader, reload, endedCallId]);
  return useMemo(() => ({ ...read, reload, forget }), [read, reload, forget]);
}
