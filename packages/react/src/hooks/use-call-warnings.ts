'use client';

import type { OracleCall } from '@oracle-calls/sdk';
import { useMemo } from 'react';
import { useSource } from '../provider/use-source.ts';
import type { CallWarning } from '../store/warnings.ts';
import { useCallRecord } from './use-call-record.ts';

export interface UsedCallWarnings {
  /** Oldest first. The error that ends a call is not among them: its state has it. */
  readonly warnings: readonly CallWarning[];
  readonly dismiss: (id: number) => void;
}

const NONE: readonly CallWarning[] = [];
const nothing = (): void => undefined;

/** What went wrong in a call that goes on: strangers, devices, echo, changed keys, errors. */
export function useCallWarnings(call?: OracleCall): UsedCallWarnings {
  const record = useCallRecord(call);
  const warnings = useSource(record?.warnings, NONE);
  const dismiss = record?.dismissWarning ?? nothing;
  return useMemo(() => ({ warnings, dismiss }), [warnings, dismiss]);
}
