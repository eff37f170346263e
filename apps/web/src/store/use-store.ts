import { useCallback, useSyncExternalStore } from 'react';

/** What a component needs of a store. */
export interface Observable<T> {
  readonly value: T;
  observe(listener: () => void): Disposable;
}

/** The store's value, and a new rendering whenever it is another. */
export function useStore<T>(store: Observable<T>): T {
  const subscribe = useCallback(
    (changed: () => void) => {
      const observation = store.observe(changed);
      return () => observation[Symbol.dispose]();
    },
    [store],
  );
  return useSyncExternalStore(subscribe, () => store.value);
}
