import { isOracleCallError, type Clock } from '@oracle-calls/protocol';
import { failed, type Check, type CheckResult, type Outcome } from './check.ts';

/** Checks under way at a time: more would make a small machine the reason of a slow answer. */
const CONCURRENCY = 6;

/** Time of one check, in milliseconds: a real media connection over a slow network is the longest. */
export const CHECK_MAX_MS = 20_000;

export interface RunChecksOptions {
  readonly clock: Clock;
  readonly checkMaxMs?: number | undefined;
  /** Told of each result as it comes, in no order. */
  readonly onResult?: ((result: CheckResult) => void) | undefined;
}

/** A check that threw: its own errors say what happened, others only what they are. */
function thrown(error: unknown): Outcome {
  const text = isOracleCallError(error)
    ? `${error.message} (${error.code})`
    : `The check itself went wrong: ${error instanceof Error ? error.message : 'unknown'}`;
  return failed(text, 'See docs/errors.md for the code. If it is none of ours, please report it.');
}

async function runOne(check: Check, clock: Clock, checkMaxMs: number): Promise<CheckResult> {
  const { id, title } = check;
  const over = new AbortController();
  const late = Promise.withResolvers<Outcome>();
  using _deadline = clock.after(checkMaxMs, () => {
    over.abort(new Error('The check took too long.'));
    const mend = 'See whether the network drops packets between here and there, or run it again when less is going on.';
    late.resolve(failed(`No answer within ${Math.round(checkMaxMs / 1000)} s.`, mend));
  });
  const outcome = await Promise.race([check.run(over.signal).catch(thrown), late.promise]);
  over.abort(new Error('The check is over.'));
  return { id, title, ...outcome };
}

/** Runs checks side by side, each within its time; the results come in the order of the checks. */
export async function runChecks(checks: readonly Check[], options: RunChecksOptions): Promise<CheckResult[]> {
  const { clock, checkMaxMs = CHECK_MAX_MS, onResult } = options;
  const waiting = checks.entries();
  const results = Array.from<CheckResult>({ length: checks.length });
  const work = async (): Promise<void> => {
    for (const [place, check] of waiting) {
      const result = await runOne(check, clock, checkMaxMs);
      results[place] = result;
      onResult?.(result);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return results;
}
