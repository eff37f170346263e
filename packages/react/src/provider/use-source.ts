'use client';

import { useSyncExternalStore } from 'react';
import type { Source } from '../store/cell.ts';

const NOTHING = (): (() => void) => () => undefined;

/**
 * What a source says now, and after each change; `initial` where there is none. A server has no calls, so it renders `initial`, and so does the
 * browser while it hydrates: markup of both agrees, and what is known is rendered right afterwards.
 */
export function useSource<T>(source: Source<T> | undefined, initial: T): T {
  const readInitial = (): T => initial;
  return useSyncExternalStore(source?.subscribe ?? NOTHING, source?.read ?? readInitial, readInitial);
}
