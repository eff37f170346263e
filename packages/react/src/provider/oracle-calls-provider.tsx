'use client';

import { systemClock, type Clock } from '@oracle-calls/protocol';
import type { OracleCalls } from '@oracle-calls/sdk';
import { useMemo, type ReactNode } from 'react';
import { ENGLISH_LABELS, type Labels } from '../labels/labels.ts';
import { storeOf } from '../store/calls-store.ts';
import { CallsContext } from './calls-context.ts';

export interface OracleCallsProviderProps {
  /**
   * Made outside of render by `createOracleCalls`, and closed by whoever made it: React never owns a connection. `undefined` until somebody is
   * signed in, and on a server.
   */
  readonly calls: OracleCalls | undefined;
  /** Words in place of the English ones, for every component below. */
  readonly labels?: Partial<Labels> | undefined;
  /** Time; the system's when absent. */
  readonly clock?: Clock | undefined;
  readonly children?: ReactNode;
}

/** Gives the hooks and components below it their calls. Several may use the same `OracleCalls`. */
export function OracleCallsProvider({
  calls,
  labels,
  clock = systemClock,
  children,
}: OracleCallsProviderProps): ReactNode {
  // Made once per `OracleCalls`, whoever renders first and how often: nothing is opened, only heard.
  const store = calls === undefined ? undefined : storeOf(calls, clock);
  const value = useMemo(
    () => ({ store, clock, labels: labels === undefined ? ENGLISH_LABELS : { ...ENGLISH_LABELS, ...labels } }),
    [store, clock, labels],
  );
  return <CallsContext.Provider value={value}>{children}</CallsContext.Provider>;
}
