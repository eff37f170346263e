import { createContext, useContext } from 'react';
import type { AppStore } from './app-store.ts';

export const AppContext = createContext<AppStore | undefined>(undefined);

/** The store that the page was started with. */
export function useApp(): AppStore {
  const app = useContext(AppContext);
  if (app === undefined) throw new TypeError('The page was not started.');
  return app;
}
