import { ERROR_CODES, ERROR_TABLE, type ErrorCode } from './error-table.ts';

/** What an error says when nothing more precise is known. */
export const titleOf = (code: ErrorCode): string => ERROR_TABLE[code].title;

/** Whether the same request may succeed later without a change by the caller. */
export const isRetryable = (code: ErrorCode): boolean => ERROR_TABLE[code].retryable;

/** Codes that a backend answers with. */
export const ANSWERED_CODES: readonly ErrorCode[] = ERROR_CODES.filter(
  (code) => ERROR_TABLE[code].httpStatus !== undefined,
);
