import * as v from 'valibot';
import { OracleCallError } from '../errors/oracle-call-error.ts';

/** The architecture's event type. A wire contract with existing deployments, although `m.` belongs to the Matrix spec. */
export const CALL_EVENT_TYPE = 'm.ixo.oracles_call';

/** The only version this code speaks. The architecture's content names none, so none means this one. */
export const CALL_EVENT_VERSION = 1;

/** Largest content that is looked at, as JSON text in UTF-16 units; Matrix itself stops events at 65,536 bytes. */
export const CALL_EVENT_MAX_LENGTH = 32_768;

/** Engines read `2026-02-31` as a day of March or not at all, and `24:00` as the next day: it must be the instant that is written. */
function isRealInstant(text: string): boolean {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text.slice(0, 'YYYY-MM-DDThh:mm:ss'.length));
}

/** An instant as RFC 3339 text in UTC, as `Date.prototype.toISOString` writes it; seconds' fraction may be missing. */
export const instantSchema = v.pipe(
  v.string(),
  v.maxLength(30),
  v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/, 'an RFC 3339 instant in UTC'),
  v.check(isRealInstant, 'a real instant'),
);

/** Id of a chat session of the oracle; the architecture shows a UUID. */
export const sessionIdSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._~:-]{1,128}$/, 'a session id'));

/** What a kind of event may be. */
export interface ContentBounds {
  /** As JSON text in UTF-16 units. */
  readonly maxLength: number;
  readonly version: number;
}

const CALL_BOUNDS: ContentBounds = { maxLength: CALL_EVENT_MAX_LENGTH, version: CALL_EVENT_VERSION };

/** @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED`, `ERR_PROTOCOL_TOO_LARGE`, `ERR_PROTOCOL_UNKNOWN_VERSION` */
export function checkSizeAndVersion(content: unknown, { maxLength, version }: ContentBounds = CALL_BOUNDS): void {
  let text: string | undefined;
  try {
    text = JSON.stringify(content);
  } catch (cause) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'The content is not JSON.', { cause });
  }
  if (text !== undefined && text.length > maxLength) {
    throw new OracleCallError('ERR_PROTOCOL_TOO_LARGE', undefined, { details: { limit: maxLength } });
  }
  if (typeof content === 'object' && content !== null && 'v' in content && content.v !== version) {
    throw new OracleCallError('ERR_PROTOCOL_UNKNOWN_VERSION');
  }
}
