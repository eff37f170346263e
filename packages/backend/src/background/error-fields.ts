import { isOracleCallError, type LogFields } from '@oracle-calls/protocol';

/** Stack frames that are logged of an unexpected error. */
const FRAMES = 6;

/**
 * What the log says of an error. Our own errors have a code and safe texts. Of others only the class and where it was
 * thrown: their messages may quote input (`JSON.parse` does).
 */
export function errorFields(error: unknown): LogFields {
  if (isOracleCallError(error)) {
    const issues = error.details['issues'];
    return {
      code: error.code,
      detail: error.message,
      ...(Array.isArray(issues) ? { issues: issues.join('; ') } : {}),
      ...(error.cause === undefined ? {} : { cause: describe(error.cause) }),
    };
  }
  return { code: 'ERR_INTERNAL', cause: describe(error) };
}

function describe(error: unknown): string {
  if (isOracleCallError(error)) return error.code;
  if (!(error instanceof Error)) return typeof error;
  const frames = (error.stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, FRAMES);
  return [error.name, ...frames].join(' ');
}
