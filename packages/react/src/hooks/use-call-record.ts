'use client';

import type { OracleCall } from '@oracle-calls/sdk';
import { useCallsContext } from '../provider/calls-context.ts';
import { useSource } from '../provider/use-source.ts';
import { recordOf, type CallRecord } from '../store/call-record.ts';
import type { Source } from '../store/cell.ts';

/** What a call has told; the one that is shown, when no other is asked for. */
export function useCallRecord(call: OracleCall | undefined): CallRecord | undefined {
  const { store, clock } = useCallsContext();
  const current = useSource(store?.current, undefined);
  return call === undefined ? current : recordOf(call, clock);
}

/** One thing that a call has told, and each change of it. */
export function useRecorded<T>(call: OracleCall | undefined, pick: (record: CallRecord) => Source<T>, initial: T): T {
  const record = useCallRecord(call);
  return useSource(record === undefined ? undefined : pick(record), initial);
}
