import { createContext, useContext } from 'react';
import type { Around } from './around.ts';

/** What a screen needs of what is around it. */
export type ScreenAround = Pick<Around, 'navigation' | 'title'>;

export const AroundContext = createContext<ScreenAround | undefined>(undefined);

/** What is around calls; for screens of people who are signed in. */
export function useAround(): ScreenAround {
  const around = useContext(AroundContext);
  if (around === undefined) throw new TypeError('Nobody is signed in.');
  return around;
}
