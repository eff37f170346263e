import { isOracleCallError, OracleCallError, type Clock, type ErrorCode, type Logger } from '@oracle-calls/protocol';
import { homeserverFailure, isPassing, type HomeserverFailure } from '../homeserver-failure.ts';
import { retryHomeserver, type RetryPolicy } from '../retry.ts';
import { abortable, withTimeLimit } from '../time-limit.ts';
import type { ChangedIdentities } from './peer-trust.ts';
import type { SdkClient } from './sdk-client.ts';

/** One unanswered request must not use up the whole wait; a busy homeserver answers within seconds. */
export const REQUEST_LIMIT_MS = 10_000;

/** What every part of the adapter needs. */
export interface AdapterContext {
  readonly client: SdkClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** From 0 up to 1; jitter, not secrets. */
  readonly random: () => number;
  readonly retryPolicy?: RetryPolicy | undefined;
  /** `refuse` when absent. */
  readonly changedIdentities?: ChangedIdentities | undefined;
}

/** What a request's failure is called. */
export interface FailureCodes {
  /** The homeserver said no. */
  readonly refused: ErrorCode;
  /** It did not answer, is broken, or wants us to slow down for too long. */
  readonly unanswered?: ErrorCode | undefined;
}

/**
 * One request that may be repeated: bounded, and retried while its failure may pass.
 *
 * @throws {OracleCallError} as {@link matrixError} says; aborts rethrow `signal.reason`
 */
export async function request<T>(
  context: AdapterContext,
  attempt: (signal: AbortSignal) => Promise<T>,
  { signal, ...codes }: FailureCodes & { readonly signal?: AbortSignal | undefined },
): Promise<T> {
  const { clock, random, retryPolicy: policy } = context;
  const bounded = (): Promise<T> =>
    withTimeLimit({ clock, limitMs: REQUEST_LIMIT_MS, onTimeout: noAnswer, signal }, (limit) =>
      abortable(attempt(limit), limit),
    );
  try {
    return await retryHomeserver(bounded, { clock, random, policy, signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw matrixError(error, codes);
  }
}

/** Shaped like the SDK's own connection failures, so that it is retried like them. */
function noAnswer(): Error {
  const error = new Error('The homeserver did not answer in time.');
  error.name = 'TimeoutError';
  return error;
}

/** What the adapter throws for what the SDK threw: `ERR_MATRIX_SESSION` when the access token is no good, else as `codes` say. */
export function matrixError(error: unknown, codes: FailureCodes): OracleCallError {
  if (isOracleCallError(error)) return error;
  const failure = homeserverFailure(error);
  const { httpStatus, errcode, retryAfterMs } = failure;
  const details = {
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(errcode === undefined ? {} : { errcode }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  return new OracleCallError(codeOf(failure, codes), undefined, { cause: error, details });
}

function codeOf(failure: HomeserverFailure, { refused, unanswered }: FailureCodes): ErrorCode {
  if (failure.httpStatus === 401) return 'ERR_MATRIX_SESSION';
  return isPassing(failure) ? (unanswered ?? 'ERR_UPSTREAM_HOMESERVER') : refused;
}
