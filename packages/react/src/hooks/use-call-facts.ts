'use client';

import type {
  CallSecurity,
  CallState,
  ConnectionQuality,
  LocalTrack,
  OracleCall,
  RemoteTrack,
} from '@oracle-calls/sdk';
import { useMemo } from 'react';
import { useCallsContext } from '../provider/calls-context.ts';
import { useSource } from '../provider/use-source.ts';
import type { OracleActivity, TranscriptOutcome } from '../store/call-record.ts';
import type { Caption } from '../store/captions.ts';
import { durationSource } from '../store/moving-values.ts';
import { useCallRecord, useRecorded } from './use-call-record.ts';

const IDLE: CallState = { kind: 'Idle' };
const NONE: readonly never[] = [];

// Without a call of their own, all of these are about the one that `useOracleCall` shows.

/** The call's state; `Idle` without a call. */
export const useCallState = (call?: OracleCall): CallState => useRecorded(call, ({ state }) => state, IDLE);

/** What is known about the call's security; it stays after the call has ended. */
export const useCallSecurity = (call?: OracleCall): CallSecurity | undefined =>
  useRecorded<CallSecurity | undefined>(call, ({ security }) => security, undefined);

/** What both sides said, in the order in which lines began. */
export const useCaptions = (call?: OracleCall): readonly Caption[] =>
  useRecorded(call, ({ captions }) => captions, NONE);

/** What the oracle does, as it says. */
export const useOracleState = (call?: OracleCall): OracleActivity | undefined =>
  useRecorded<OracleActivity | undefined>(call, ({ oracleActivity }) => oracleActivity, undefined);

/** How good the connection is by this client's own statistics; `undefined` until there are some. */
export const useConnectionQuality = (call?: OracleCall): ConnectionQuality | undefined =>
  useRecorded<ConnectionQuality | undefined>(call, ({ quality }) => quality, undefined);

/** Whether the connection is lost and may come back. */
export const useIsReconnecting = (call?: OracleCall): boolean =>
  useRecorded(call, ({ isReconnecting }) => isReconnecting, false);

/** What became of the transcript of a call with `keepsTranscript`; `undefined` until the call is over. */
export const useTranscriptOutcome = (call?: OracleCall): TranscriptOutcome | undefined =>
  useRecorded<TranscriptOutcome | undefined>(call, ({ transcript }) => transcript, undefined);

/** What this side sends, newest of each source. */
export const useLocalTracks = (call?: OracleCall): readonly LocalTrack[] =>
  useRecorded(call, ({ localTracks }) => localTracks, NONE);

/** What this side sends from one source. */
export const useLocalTrack = (source: LocalTrack['source'], call?: OracleCall): LocalTrack | undefined =>
  useLocalTracks(call).find((track) => track.source === source);

/** What the oracle sends: audio, which plays by itself, and video. */
export const useRemoteTracks = (call?: OracleCall): readonly RemoteTrack[] =>
  useRecorded(call, ({ remoteTracks }) => remoteTracks, NONE);

/** The oracle's newest track of a kind. */
export const useRemoteTrack = (kind: 'audio' | 'video', call?: OracleCall): RemoteTrack | undefined =>
  useRemoteTracks(call).findLast((track) => track.kind === kind);

/** Whole seconds for which the call is live, or was; 0 before. */
export function useCallDuration(call?: OracleCall): number {
  const { clock } = useCallsContext();
  const record = useCallRecord(call);
  const source = useMemo(() => (record === undefined ? undefined : durationSource(record, clock)), [record, clock]);
  return useSource(source, 0);
}
