import { waitAtMost, type Clock } from '@oracle-calls/protocol';
import { ROUTES } from '@oracle-calls/protocol/http';
import type { OracleFacts } from '@oracle-calls/sdk';

/** Whether a call would be taken. `away`: nothing answers; `not-ready`: something answers, and says no. */
export type Readiness = 'ready' | 'not-ready' | 'away';

/** A service that takes longer to say that it is well is not. */
const ANSWER_MAX_MS = 8_000;

export interface AskReadinessOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly ask?: typeof fetch | undefined;
}

/** Asks the oracle's backend, which stands in its DID document, whether it takes calls to this oracle. The question names nobody. */
export async function askReadiness(
  { backendUrl, oracleDid }: Pick<OracleFacts, 'backendUrl' | 'oracleDid'>,
  { clock, signal, ask = (...asked) => fetch(...asked) }: AskReadinessOptions,
): Promise<Readiness> {
  const url = `${backendUrl.replace(/\/$/, '')}${ROUTES.readyz}?oracleDid=${encodeURIComponent(oracleDid)}`;
  try {
    const answer = ask(url, { signal, cache: 'no-store', credentials: 'omit' });
    const response = await waitAtMost(clock, answer, ANSWER_MAX_MS, signal);
    if (response === undefined) return 'away';
    return response.ok ? 'ready' : 'not-ready';
  } catch {
    signal.throwIfAborted();
    return 'away';
  }
}
