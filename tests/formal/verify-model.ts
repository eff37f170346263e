import { execFile } from 'node:child_process';
import { showsAttack } from './expected-models.ts';

/** `verify --fail-on-attack`: 0 when every query holds, 2 when one does not; anything else is a failure of the run. */
const EXIT_HOLDS = 0;
const EXIT_ATTACK = 2;

export interface VerifyOptions {
  /** Path of the binary. */
  readonly verifpal: string;
  /** Path of the model. */
  readonly model: string;
  /** The checker is killed after this long. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What Verifpal says of a model: one letter and one digit per query, 0 when it holds. The checker takes every core it
 * finds, so it runs with low priority.
 *
 * @throws {Error} when the model is none, the checker cannot be run, or takes too long
 */
export function verifyModel({ verifpal, model, timeoutMs, signal }: VerifyOptions): Promise<string> {
  const args = ['-n', '10', verifpal, 'verify', model, '--quiet', '--result-code', '--fail-on-attack'];
  return new Promise((resolve, reject) => {
    execFile('nice', args, { timeout: timeoutMs, killSignal: 'SIGKILL', signal }, (error, stdout, stderr) => {
      const exitCode = error === null ? EXIT_HOLDS : error.code;
      const result = stdout.trim();
      if (exitCode === (showsAttack(result) ? EXIT_ATTACK : EXIT_HOLDS) && result !== '') {
        resolve(result);
        return;
      }
      const why = error?.killed === true ? `was stopped, at the latest after ${timeoutMs / 1000} s` : stderr.trim();
      reject(new Error(`Verifpal gave no result for ${model}: ${why}`, { cause: error }));
    });
  });
}
