'use client';

import { useMemo } from 'react';
import { useCallsContext } from '../provider/calls-context.ts';
import { useSource } from '../provider/use-source.ts';
import { levelSource, type Audible } from '../store/moving-values.ts';

/** Loudness of a track of either side, 0 to 1, while it is looked at; 0 without one. */
export function useAudioLevel(track: Audible | undefined): number {
  const { clock } = useCallsContext();
  const source = useMemo(() => (track === undefined ? undefined : levelSource(track, clock)), [track, clock]);
  return useSource(source, 0);
}
