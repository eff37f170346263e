import { isRetryable, titleOf } from '#error-facts';
import type { ErrorCode } from './error-table.ts';

const BRAND = Symbol.for('oracle-calls.error');

/** Small facts about an error, safe to show and log: no key, token, envelope or personal text. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface OracleCallErrorOptions {
  readonly cause?: unknown;
  readonly details?: ErrorDetails;
}

/**
 * The one error class of Oracle Calls. Switch on `code`; `message` is for people and may change.
 *
 * Use {@link isOracleCallError} rather than `instanceof`: it survives two copies of the package.
 */
export class OracleCallError extends Error {
  override readonly name = 'OracleCallError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly [BRAND] = true;

  constructor(code: ErrorCode, message?: string, options: OracleCallErrorOptions = {}) {
    super(message ?? titleOf(code), options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  /** Whether the same request may succeed later without a change by the caller. */
  get retryable(): boolean {
    return isRetryable(this.code);
  }
}

/** True for an {@link OracleCallError} of any copy of this package. */
export function isOracleCallError(value: unknown): value is OracleCallError {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/** The code of an error; what is none of ours is `ERR_INTERNAL`. */
export function codeOf(error: unknown): ErrorCode {
  return isOracleCallError(error) ? error.code : 'ERR_INTERNAL';
}

/** The error itself when it is ours; anything else becomes the cause of one with `code`, and says nothing about the inside. */
export function toOracleCallError(error: unknown, code: ErrorCode = 'ERR_INTERNAL'): OracleCallError {
  return isOracleCallError(error) ? error : new OracleCallError(code, undefined, { cause: error });
}
