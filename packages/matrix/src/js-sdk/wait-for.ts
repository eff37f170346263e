import { OracleCallError, type Clock, type ErrorCode } from '@oracle-calls/protocol';
import { abortable, withTimeLimit } from '../time-limit.ts';
import type { SdkClient } from './sdk-client.ts';

export interface WaitForOptions<T> {
  readonly client: Pick<SdkClient, 'on' | 'off'>;
  readonly clock: Clock;
  /** Notices after which the answer may have changed. */
  readonly notices: readonly string[];
  /** The awaited value, or `undefined` while there is none. */
  readonly look: () => T | undefined;
  readonly limitMs: number;
  readonly code: ErrorCode;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until the client's state shows what is awaited; asks again after each notice, never in between.
 *
 * @throws {OracleCallError} with `code` when the time is up; aborts rethrow `signal.reason`.
 */
export async function waitFor<T>(options: WaitForOptions<T>): Promise<T> {
  const { client, clock, notices, look, limitMs, code } = options;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const check = (): void => {
    try {
      const found = look();
      if (found !== undefined) resolve(found);
    } catch (error) {
      reject(error instanceof Error ? error : new OracleCallError('ERR_INTERNAL', undefined, { cause: error }));
    }
  };
  for (const notice of notices) client.on(notice, check);
  const onTimeout = (): Error => new OracleCallError(code, undefined, { details: { waitedMs: limitMs } });
  try {
    return await withTimeLimit({ clock, limitMs, onTimeout, signal: options.signal }, (limit) => {
      check();
      return abortable(promise, limit);
    });
  } finally {
    for (const notice of notices) client.off(notice, check);
  }
}
