import type { Brain, CallContext, Turn } from '../brain/brain.ts';

/**
 * The turns, with what the user shows now beside the user's last words, for a brain that wants it so. Pictures of earlier turns do not go
 * along: they are kept by nobody.
 *
 * @throws `signal.reason` when aborted
 */
export async function withStill(
  turns: readonly Turn[],
  { wantsStills }: Pick<Brain, 'wantsStills'>,
  { eyes }: Pick<CallContext, 'eyes'>,
  signal?: AbortSignal,
): Promise<readonly Turn[]> {
  const last = turns.findLastIndex(({ speaker }) => speaker === 'user');
  if (wantsStills !== true || eyes === undefined || last === -1) return turns;
  const still = await eyes.look({ signal });
  return still === undefined ? turns : turns.map((turn, index) => (index === last ? { ...turn, still } : turn));
}
