/*
 * `error-facts.ts` for pages, which show texts of their own by code: without titles, slugs and statuses, two kilobytes of every page.
 * Generated from `error-table.ts` by `npm run errors-page`; a test fails when they differ.
 */
import type { ErrorCode } from './error-table.ts';

const RETRYABLE: readonly ErrorCode[] = [
  'ERR_KEY_STORE_AWAY',
  'ERR_HANDSHAKE_TIMEOUT',
  'ERR_DID_NOT_RESOLVED',
  'ERR_MATRIX_EVENT_NOT_FOUND',
  'ERR_MATRIX_UNDECRYPTABLE',
  'ERR_MATRIX_SEND',
  'ERR_MEDIA_CONNECT',
  'ERR_MEDIA_ORACLE_ABSENT',
  'ERR_RATE_LIMITED',
  'ERR_UPSTREAM_HOMESERVER',
  'ERR_UPSTREAM_SFU',
  'ERR_UPSTREAM_BACKEND',
  'ERR_UPSTREAM_SPEECH',
  'ERR_UPSTREAM_TIMEOUT',
  'ERR_UPSTREAM_BUSY',
];

/** `ERR_MATRIX_SEND` says "matrix send". Titles stand in `docs/errors.md`. */
export const titleOf = (code: ErrorCode): string => code.slice(4).replaceAll('_', ' ').toLowerCase();

export const isRetryable = (code: ErrorCode): boolean => RETRYABLE.includes(code);

export const ANSWERED_CODES: readonly ErrorCode[] = [
  'ERR_PROTOCOL_MALFORMED',
  'ERR_PROTOCOL_TOO_LARGE',
  'ERR_PROTOCOL_UNKNOWN_VERSION',
  'ERR_PROTOCOL_CALL_ID',
  'ERR_PROTOCOL_NOT_FOUND',
  'ERR_PROTOCOL_METHOD',
  'ERR_ENVELOPE_MALFORMED',
  'ERR_ENVELOPE_OPEN',
  'ERR_ENVELOPE_UNSUPPORTED',
  'ERR_ENVELOPE_SIGNATURE',
  'ERR_ENVELOPE_CONTEXT',
  'ERR_ENVELOPE_EXPIRED',
  'ERR_ENVELOPE_REPLAYED',
  'ERR_ENVELOPE_DOWNGRADE',
  'ERR_KEY_CHANGED',
  'ERR_KEY_ROTATION',
  'ERR_DID_MALFORMED',
  'ERR_DID_NOT_RESOLVED',
  'ERR_DID_UNSUPPORTED',
  'ERR_DID_DOCUMENT',
  'ERR_MATRIX_EVENT_NOT_FOUND',
  'ERR_MATRIX_UNDECRYPTABLE',
  'ERR_MATRIX_NOT_ENCRYPTED',
  'ERR_MATRIX_SENDER',
  'ERR_AUTH_MISSING',
  'ERR_AUTH_INVALID',
  'ERR_AUTH_EXPIRED',
  'ERR_AUTH_HOMESERVER',
  'ERR_AUTH_FORBIDDEN',
  'ERR_AUTH_INVALID_AUTHENTICATION',
  'ERR_RATE_LIMITED',
  'ERR_CALL_NOT_FOUND',
  'ERR_CALL_TRANSITION',
  'ERR_CALL_REPLAYED',
  'ERR_CALL_CLOCK',
  'ERR_CALL_ENDED',
  'ERR_CALL_TICKET',
  'ERR_UPSTREAM_HOMESERVER',
  'ERR_UPSTREAM_SFU',
  'ERR_UPSTREAM_TIMEOUT',
  'ERR_UPSTREAM_BUSY',
  'ERR_INTERNAL',
];
