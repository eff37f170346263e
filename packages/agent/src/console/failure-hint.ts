import type { ErrorCode } from '@oracle-calls/protocol';

/** What an author does about a failure at the console. */
const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  ERR_UPSTREAM_MODEL: 'Does the service run, and at the address that the oracle names?',
  ERR_UPSTREAM_REFUSED: 'Look at the key, the name of the model and the address, in this order.',
  ERR_UPSTREAM_LIMITED: 'The service has had enough for now: wait a little.',
  ERR_UPSTREAM_MALFORMED: 'What answers there is no service of this kind: look at the address.',
  ERR_UPSTREAM_TIMEOUT: 'It did not answer in time: a model that is being loaded, perhaps. Try again.',
};

export const failureHint = (code: ErrorCode): string => HINTS[code] ?? '';
