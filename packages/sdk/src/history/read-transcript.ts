import type { MatrixPort, MatrixUserId, OwnEvent } from '@oracle-calls/matrix';
import {
  callIdParts,
  isOracleCallError,
  openTranscriptPart,
  parseTranscriptEvent,
  TRANSCRIPT_EVENT_TYPE,
  TRANSCRIPT_KEY_LABEL,
  type CallId,
  type Logger,
  type SecretBytes,
  type TranscriptBody,
} from '@oracle-calls/protocol';
import type { Transcript } from './call-history.ts';

export interface ReadTranscriptOptions {
  readonly matrix: MatrixPort;
  readonly logger: Logger;
  readonly oracleUserId: MatrixUserId;
  readonly callId: CallId;
  readonly signal: AbortSignal;
}

/** What this account sealed of a call. Whatever is of another call, sealed by anybody else, or no transcript at all is left out. */
export async function readTranscript(options: ReadTranscriptOptions): Promise<Transcript | undefined> {
  const { matrix, oracleUserId, callId, signal } = options;
  const records = await matrix.ownRecords();
  const events = await records.fetch(oracleUserId, callIdParts(callId).eventId, { signal });
  const written = events.filter(({ type }) => type === TRANSCRIPT_EVENT_TYPE);
  if (written.length === 0) return undefined;
  using key = await records.deriveKey(TRANSCRIPT_KEY_LABEL);
  if (key === undefined) return undefined;
  const parts = new Map<number, TranscriptBody>();
  for (const event of written) {
    const opened = await tryOpen(options, key, event);
    // The first of several is the one that was written first.
    if (opened !== undefined && !parts.has(opened.part)) parts.set(opened.part, opened.body);
  }
  if (parts.size === 0) return undefined;
  const ordered = [...parts].toSorted(([one], [other]) => one - other);
  const isComplete = ordered.at(-1)?.[1].isLast === true && ordered.at(-1)?.[0] === parts.size - 1;
  return { callId, isComplete, lines: ordered.flatMap(([, { lines }]) => lines) };
}

async function tryOpen(
  { matrix, logger, callId: expected }: ReadTranscriptOptions,
  key: SecretBytes,
  event: OwnEvent,
): Promise<{ readonly part: number; readonly body: TranscriptBody } | undefined> {
  try {
    const { callId, part, sealed } = parseTranscriptEvent(event.content);
    if (callId !== expected) throw new TypeError('another call');
    return { part, body: await openTranscriptPart(key, { callId, part, account: matrix.userId }, sealed) };
  } catch (error) {
    const code = isOracleCallError(error) ? error.code : 'another call';
    logger.warn('a transcript was refused', { code, 'pii.eventId': event.eventId });
    return undefined;
  }
}
