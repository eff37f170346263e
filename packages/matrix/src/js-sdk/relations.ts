import { isOracleCallError, OracleCallError, type MatrixEventId } from '@oracle-calls/protocol';
import type { DecryptedEvent, MatrixRoomId, WaitOptions } from '../matrix-port.ts';
import { request, type AdapterContext } from './adapter-context.ts';
import { openEvent, relationOf } from './open-event.ts';
import { toEvent } from './read-event.ts';
import type { RawEvent } from './sdk-client.ts';

/** The largest page that Synapse gives. */
const RELATIONS_PAGE = 100;
/** A call has a handful of events; more pages than this are somebody's flood. */
const RELATIONS_PAGES_MAX = 50;
/** What the homeserver names as related to an event, newest first: every page of it. */
export async function fetchRawRelations(
  context: AdapterContext,
  matrixRoomId: MatrixRoomId,
  eventId: MatrixEventId,
  signal: AbortSignal | undefined,
): Promise<readonly RawEvent[]> {
  const newestFirst: RawEvent[] = [];
  let from: string | undefined;
  for (let page = 0; ; page += 1) {
    if (page === RELATIONS_PAGES_MAX) throw new OracleCallError('ERR_PROTOCOL_TOO_LARGE');
    const options = { limit: RELATIONS_PAGE, ...(from === undefined ? {} : { from }) };
    const answer = await request(
      context,
      () => context.client.fetchRelations(matrixRoomId, eventId, null, null, options),
      { refused: 'ERR_MATRIX_EVENT_NOT_FOUND', signal },
    );
    newestFirst.push(...answer.chunk);
    if (answer.next_batch === undefined || answer.next_batch === from) return newestFirst;
    from = answer.next_batch;
  }
}

/**
 * Every event that relates to `eventId`, oldest first; those that are not encrypted, cannot be opened or relate to another
 * event are left out.
 *
 * @throws {OracleCallError} `ERR_MATRIX_EVENT_NOT_FOUND`, `ERR_PROTOCOL_TOO_LARGE`, `ERR_UPSTREAM_HOMESERVER`
 */
export async function fetchRelations(
  context: AdapterContext,
  matrixRoomId: MatrixRoomId,
  eventId: MatrixEventId,
  { signal }: WaitOptions = {},
): Promise<readonly DecryptedEvent[]> {
  const opened: DecryptedEvent[] = [];
  for (const raw of (await fetchRawRelations(context, matrixRoomId, eventId, signal)).toReversed()) {
    const event = raw.room_id === matrixRoomId ? await tryOpen(context, raw, signal) : undefined;
    if (event?.relation?.eventId === eventId) opened.push(event);
  }
  return opened;
}

async function tryOpen(
  context: AdapterContext,
  raw: RawEvent,
  signal: AbortSignal | undefined,
): Promise<DecryptedEvent | undefined> {
  const event = toEvent(context, raw);
  if (!event.isEncrypted() || relationOf(event.getWireContent()) === undefined) return undefined;
  try {
    return await openEvent(context, event, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (isOracleCallError(error)) return undefined;
    throw error;
  }
}
