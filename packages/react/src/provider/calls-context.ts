'use client';

import type { Clock } from '@oracle-calls/protocol';
import { createContext, useContext } from 'react';
import type { Labels } from '../labels/labels.ts';
import type { CallsStore } from '../store/calls-store.ts';

export interface CallsContextValue {
  /** Absent until somebody is signed in, and while a page is rendered on a server. */
  readonly store: CallsStore | undefined;
  readonly clock: Clock;
  readonly labels: Labels;
}

export const CallsContext = createContext<CallsContextValue | undefined>(undefined);

/** @throws {TypeError} outside of a provider */
export function useCallsContext(): CallsContextValue {
  const value = useContext(CallsContext);
  if (value === undefined) throw new TypeError('This needs an <OracleCallsProvider> around it.');
  return value;
}
