'use client';

import type { CallOfOracle, HistoryQuery } from '@oracle-calls/sdk';
import { useCallback, useEffect, useMemo } from 'react';
import { useCallsContext } from '../provider/calls-context.ts';
import { useSource } from '../provider/use-source.ts';
import { HistoryList, NO_PAST_CALLS, type PastCalls } from '../store/history-list.ts';
import { NO_TRANSCRIPT, TranscriptReader, type ReadTranscript } from '../store/transcript-reader.ts';
import { useCallState } from './use-call-facts.ts';
import { useCallsStore } from './use-oracle-calls.ts';

export interface UsedCallHistory extends PastCalls {
  readonly loadMore: () => Promise<void>;
  readonly reload: () => Promise<void>;
  /** @throws as `CallHistory.delete` */
  readonly remove: HistoryList['remove'];
}

const nothing = async (): Promise<void> => undefined;
const WITHOUT_HISTORY = { loadMore: nothing, reload: nothing, remove: nothing };

/** Past calls with an oracle, page by page; read anew when a call has ended. Without an oracle nothing is asked. */
export function useCallHistory({
  oracleDid,
  search,
  limit,
}: Omit<HistoryQuery, 'oracleDid' | 'cursor'> & { readonly oracleDid: string | undefined }): UsedCallHistory {
  const { clock } = useCallsContext();
  const history = useCallsStore()?.calls.history;
  const list = useMemo(() => (history === undefined ? undefined : new HistoryList(history, clock)), [history, clock]);
  const past = useSource(list?.shown, NO_PAST_CALLS);
  const state = useCallState();
  const endedCallId = state.kind === 'Ended' ? state.callId : undefined;
  useEffect(() => {
    if (oracleDid !== undefined) void list?.ask({ oracleDid, search, limit });
    return () => list?.cancel();
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- a call that has ended stands in another list
  }, [list, oracleDid, search, limit, endedCallId]);
  const { loadMore, reload, remove } = list ?? WITHOUT_HISTORY;
  return useMemo(() => ({ ...past, loadMore, reload, remove }), [past, loadMore, reload, remove]);
}

export type UsedTranscript = ReadTranscript & { readonly reload: () => void };

/** What was said in a past call, as it was kept. */
export function useTranscript(call: CallOfOracle | undefined): UsedTranscript {
  const history = useCallsStore()?.calls.history;
  const reader = useMemo(() => (history === undefined ? undefined : new TranscriptReader(history)), [history]);
  const read = useSource(reader?.shown, NO_TRANSCRIPT);
  const { oracleDid, callId } = call ?? {};
  const reload = useCallback(() => {
    void reader?.ask(oracleDid === undefined || callId === undefined ? undefined : { oracleDid, callId });
  }, [reader, oracleDid, callId]);
  useEffect(() => {
    reload();
    return () => reader?.cancel();
  }, [reader, reload]);
  return useMemo(() => ({ ...read, reload }), [read, reload]);
}
