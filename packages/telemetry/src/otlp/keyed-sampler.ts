import { createHmac, randomBytes } from 'node:crypto';
import type { Sampler } from '@oracle-calls/protocol/trace';

/** 2^48: the draw is the first six bytes of the hash, which a number holds exactly. */
const DRAW_BYTES = 6;
const DRAWS = 2 ** (8 * DRAW_BYTES);

/**
 * Takes this share of all traces. The trace id is the client's to choose, so the draw hangs on a secret too: nobody can choose ids that
 * are always taken.
 */
export function createKeyedSampler(ratio: number): Sampler {
  const secret = randomBytes(32);
  return (traceId) => {
    const draw = createHmac('sha256', secret).update(traceId).digest().readUIntBE(0, DRAW_BYTES);
    return draw < ratio * DRAWS;
  };
}
