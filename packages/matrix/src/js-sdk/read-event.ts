import { OracleCallError, type MatrixEventId } from '@oracle-calls/protocol';
import type { DecryptedEvent, MatrixRoomId, WaitOptions } from '../matrix-port.ts';
import { abortable } from '../time-limit.ts';
import { request, type AdapterContext } from './adapter-context.ts';
import { mayOpenLater, openEvent } from './open-event.ts';
import { SDK_NOTICE, type RawEvent, type SdkClient, type SdkEvent } from './sdk-client.ts';

/** From a device's signature until it is known here: a sync and a request for the sender's devices. */
const SIGNATURE_LIMIT_MS = 5_000;

/**
 * One event by its id: from memory when the sync has brought it, otherwise asked for. Its content is the original one, also
 * when edits are known.
 *
 * @throws {OracleCallError} `ERR_MATRIX_EVENT_NOT_FOUND`, or as `openEvent` does
 */
export async function fetchEvent(
  context: AdapterContext,
  matrixRoomId: MatrixRoomId,
  eventId: MatrixEventId,
  { signal }: WaitOptions = {},
): Promise<DecryptedEvent> {
  signal?.throwIfAborted();
  const known = context.client.getRoom(matrixRoomId)?.findEventById(eventId);
  if (known?.isRedacted() === true) throw new OracleCallError('ERR_MATRIX_EVENT_NOT_FOUND');
  if (known !== undefined && known.status === null) return await openWhenSigned(context, known, signal);
  const raw = await requestEvent(context, matrixRoomId, eventId, signal);
  // The answer must be what was asked for: nothing else binds it to this room and id.
  if (raw.event_id !== eventId || raw.room_id !== matrixRoomId) throw new OracleCallError('ERR_MATRIX_EVENT_NOT_FOUND');
  const event = toEvent(context, raw);
  if (isRemoved(raw)) throw new OracleCallError('ERR_MATRIX_EVENT_NOT_FOUND');
  return await openWhenSigned(context, event, signal);
}

/** Opens it, and when its device is not known to be signed waits a moment for news of the sender's devices. */
async function openWhenSigned(
  context: AdapterContext,
  event: SdkEvent,
  signal: AbortSignal | undefined,
): Promise<DecryptedEvent> {
  const { client, clock } = context;
  let refusal: unknown;
  const { promise: isOver, resolve: giveUp } = Promise.withResolvers<false>();
  const limit = clock.after(SIGNATURE_LIMIT_MS, () => giveUp(false));
  let news = nextNews(client, event.getSender() ?? '');
  try {
    for (;;) {
      try {
        return await openEvent(context, event, signal);
      } catch (error) {
        if (!mayOpenLater(error)) throw error;
        refusal = error;
      }
      if (!(await abortable(Promise.race([news.came, isOver]), signal))) throw refusal;
      news[Symbol.dispose]();
      news = nextNews(client, event.getSender() ?? '');
    }
  } finally {
    news[Symbol.dispose]();
    limit[Symbol.dispose]();
  }
}

/** Settles when the crypto learns something of somebody's devices or identity. */
function nextNews(client: SdkClient, userId: string): Disposable & { readonly came: Promise<true> } {
  const { promise: came, resolve } = Promise.withResolvers<true>();
  const onDevices = (userIds: readonly string[]): void => {
    if (userIds.includes(userId)) resolve(true);
  };
  const onIdentity = (of: string): void => onDevices([of]);
  client.on(SDK_NOTICE.devicesUpdated, onDevices);
  client.on(SDK_NOTICE.identityUpdated, onIdentity);
  return {
    came,
    [Symbol.dispose]() {
      client.off(SDK_NOTICE.devicesUpdated, onDevices);
      client.off(SDK_NOTICE.identityUpdated, onIdentity);
    },
  };
}

/** @throws {OracleCallError} `ERR_MATRIX_EVENT_NOT_FOUND` */
export async function requestEvent(
  context: AdapterContext,
  matrixRoomId: MatrixRoomId,
  eventId: MatrixEventId,
  signal: AbortSignal | undefined,
): Promise<RawEvent> {
  return await request(context, () => context.client.fetchRoomEvent(matrixRoomId, eventId), {
    refused: 'ERR_MATRIX_EVENT_NOT_FOUND',
    signal,
  });
}

/** Whether its content was redacted: the homeserver says so in `unsigned`. */
export const isRemoved = (raw: RawEvent): boolean => raw.unsigned?.redacted_because !== undefined;

/** Without `unsigned`, in which a homeserver bundles edits. */
export function toEvent({ client }: AdapterContext, { unsigned: _bundled, ...raw }: RawEvent): SdkEvent {
  return client.getEventMapper({ preventReEmit: true, decrypt: false })(raw);
}
