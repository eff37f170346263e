import { createContext, useContext } from 'react';
import type { Around } from './around.ts';

export const AroundContext = createContext<Around | undefined>(undefined);

/** What is around calls; for screens of people who are signed in. */
export function useAround(): Around {
  const around = useContext(AroundContext);
  if (around === undefined) throw new TypeError('Nobody is signed in.');
  return around;
}
