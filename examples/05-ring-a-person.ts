/**
 * One idea: the oracle calls. This is its own code, in Node, with the agent's API key; the command line does the same by `oracle-calls ring`. How the
 * person's page answers stands in `05-answer-a-ring.ts`.
 */
import { readFile } from 'node:fs/promises';
import { createRingClient } from '@oracle-calls/agent/rings';
import { BearerSecret } from '@oracle-calls/protocol';

export interface RingPersonOptions {
  readonly backendUrl: string;
  /** The file that `oracle-calls keygen` wrote. */
  readonly apiKeyFile: string;
  /** Somebody who has called this oracle before; nobody else can be rung. */
  readonly userId: string;
  /** One line that the person sees as the oracle's words. */
  readonly reason: string;
}

/** Rings and resolves with what came of it: `accepted`, `declined`, `lapsed` or `cancelled`. */
export async function ringPerson({ backendUrl, apiKeyFile, userId, reason }: RingPersonOptions): Promise<string> {
  const apiKey = new BearerSecret((await readFile(apiKeyFile, 'utf8')).trim(), 'agent API key');
  const rings = createRingClient({ backendUrl, apiKey });
  const { ringId } = await rings.ring({ userId, callType: 'audio', reason });
  const { ringStatus } = await rings.whenOver(ringId);
  return ringStatus;
}
