import { useSyncExternalStore } from 'react';

const isOffline = (): boolean => !navigator.onLine;

function onNetworkChange(changed: () => void): () => void {
  const over = new AbortController();
  globalThis.addEventListener('online', changed, { signal: over.signal });
  globalThis.addEventListener('offline', changed, { signal: over.signal });
  return () => over.abort();
}

/** Whether the browser says that the device has no network at all. */
export const useIsOffline = (): boolean => useSyncExternalStore(onNetworkChange, isOffline);
