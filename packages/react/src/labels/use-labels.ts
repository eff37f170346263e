'use client';

import { useCallsContext } from '../provider/calls-context.ts';
import type { Labels } from './labels.ts';

/** The provider's words, with a component's own in their place. */
export function useLabels(own?: Partial<Labels>): Labels {
  const { labels } = useCallsContext();
  return own === undefined ? labels : { ...labels, ...own };
}
