'use client';

import { OracleCallError } from '@oracle-calls/protocol';
import type { OracleCall } from '@oracle-calls/sdk';
import { useMemo } from 'react';
import { useSource } from '../provider/use-source.ts';
import type { CallRecord } from '../store/call-record.ts';
import { useCallRecord } from './use-call-record.ts';

/** Something of a call that a person switches. */
export interface UsedSwitch {
  readonly isOn: boolean;
  /** @throws {OracleCallError} when it cannot be had, which is a warning of the call as well; `ERR_CALL_ENDED` without a call */
  readonly set: (isOn: boolean) => Promise<void>;
}

const noCall = (): Promise<void> => Promise.reject(new OracleCallError('ERR_CALL_ENDED'));

function useSwitch(
  call: OracleCall | undefined,
  state: 'isMicrophoneEnabled' | 'isCameraEnabled' | 'isScreenShared',
  setter: 'setMicrophoneEnabled' | 'setCameraEnabled' | 'setScreenShared',
  initial: boolean,
): UsedSwitch {
  const record: CallRecord | undefined = useCallRecord(call);
  const isOn = useSource(record?.[state], initial);
  const set = record?.[setter] ?? noCall;
  return useMemo(() => ({ isOn, set }), [isOn, set]);
}

/** The own microphone. Before a call it counts as on: so a call begins. */
export const useMicrophone = (call?: OracleCall): UsedSwitch =>
  useSwitch(call, 'isMicrophoneEnabled', 'setMicrophoneEnabled', true);

export const useCamera = (call?: OracleCall): UsedSwitch =>
  useSwitch(call, 'isCameraEnabled', 'setCameraEnabled', false);

/** The own screen. `set(true)` opens the browser's picker: call it from a click. */
export const useScreenShare = (call?: OracleCall): UsedSwitch =>
  useSwitch(call, 'isScreenShared', 'setScreenShared', false);
