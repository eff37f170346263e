'use client';

import type { OracleCalls } from '@oracle-calls/sdk';
import { useMemo } from 'react';
import { useCallsContext } from '../provider/calls-context.ts';
import { useSource } from '../provider/use-source.ts';
import type { CallsStore } from '../store/calls-store.ts';

/** The provider's store, once the page is hydrated. */
export function useCallsStore(): CallsStore | undefined {
  const { store } = useCallsContext();
  const source = useMemo(() => ({ read: () => store, subscribe: () => () => undefined }), [store]);
  return useSource(source, undefined);
}

/** The provider's calls: `undefined` until somebody is signed in, on a server, and while a page hydrates. */
export function useOracleCalls(): OracleCalls | undefined {
  return useCallsStore()?.calls;
}
