import { isOracleCallError, OracleCallError, parseMatrixEventId, type Clock } from '@oracle-calls/protocol';
import type { EventShieldReason } from 'matrix-js-sdk/lib/crypto-api/index.js';
import { parseMatrixRoomId, parseMatrixUserId } from '../matrix-id.ts';
import type { DecryptedEvent, EventRelation, VerifiedSender } from '../matrix-port.ts';
import { abortable, timeLimit } from '../time-limit.ts';
import { MEGOLM_EVENT, type SdkClient, type SdkCrypto, type SdkEvent } from './sdk-client.ts';

/*
 * The SDK's reasons for a shield, as numbers because its enum exists at run time only inside the SDK; the types pin the values.
 * What may pass: the sender's own device sent it, whether or not anybody compared keys with that person.
 */
const UNVERIFIED_IDENTITY: EventShieldReason.UNVERIFIED_IDENTITY = 1;
const UNSIGNED_DEVICE: EventShieldReason.UNSIGNED_DEVICE = 2;
const UNKNOWN_DEVICE: EventShieldReason.UNKNOWN_DEVICE = 3;
/*
 * Everything else is refused: AUTHENTICITY_NOT_GUARANTEED (the key came from a backup or by forwarding, so it may be anybody's),
 * MISMATCHED_SENDER (the device belongs to somebody else than the event says), VERIFICATION_VIOLATION, and what is unknown.
 */
const OWN_DEVICE_REASONS: ReadonlySet<number | null> = new Set([null, UNVERIFIED_IDENTITY, UNSIGNED_DEVICE]);

/** Fetching somebody's device list is one request; a homeserver that takes longer is down. */
const DEVICE_LIST_LIMIT_MS = 5_000;

export interface OpenerDependencies {
  readonly client: SdkClient;
  readonly clock: Clock;
}

/**
 * Turns an event of the SDK into one that was end-to-end encrypted by a device of its sender.
 *
 * @throws {OracleCallError} `ERR_MATRIX_NOT_ENCRYPTED`, `ERR_MATRIX_UNDECRYPTABLE`, `ERR_MATRIX_SENDER`, `ERR_PROTOCOL_MALFORMED`
 */
export async function openEvent(
  { client, clock }: OpenerDependencies,
  event: SdkEvent,
  signal?: AbortSignal,
): Promise<DecryptedEvent> {
  const crypto = client.getCrypto();
  if (!event.isEncrypted() || event.isState() || event.getWireType() !== MEGOLM_EVENT || crypto === undefined) {
    throw new OracleCallError('ERR_MATRIX_NOT_ENCRYPTED');
  }
  await abortable(client.decryptEventIfNeeded(event), signal);
  if (event.isDecryptionFailure() || event.getClearContent() === null || event.getType() === MEGOLM_EVENT) {
    throw new OracleCallError('ERR_MATRIX_UNDECRYPTABLE');
  }
  const sender = await verifySender(crypto, clock, event, signal);
  return {
    eventId: parseMatrixEventId(event.getId()),
    matrixRoomId: parseMatrixRoomId(event.getRoomId()),
    type: event.getType(),
    sender,
    content: event.getOriginalContent(),
    relation: relationOf(event.getWireContent()),
    originServerAt: event.getTs(),
  };
}

/**
 * The owner of the device whose Megolm session decrypted the event. The event's `sender` is only a claim of the homeserver's
 * until the Matrix crypto has found that very device in that user's device list.
 */
async function verifySender(
  crypto: SdkCrypto,
  clock: Clock,
  event: SdkEvent,
  signal: AbortSignal | undefined,
): Promise<VerifiedSender> {
  const userId = parseMatrixUserId(event.getSender());
  const deviceKey = event.getSenderKey();
  if (deviceKey === null || deviceKey === '') throw new OracleCallError('ERR_MATRIX_SENDER');
  let info = await abortable(crypto.getEncryptionInfoForEvent(event), signal);
  if (info?.shieldReason === UNKNOWN_DEVICE) {
    // At first contact the event outruns the sender's device list.
    await fetchDeviceList(crypto, clock, userId, signal);
    info = await abortable(crypto.getEncryptionInfoForEvent(event), signal);
  }
  if (info === null || !OWN_DEVICE_REASONS.has(info.shieldReason)) {
    throw new OracleCallError('ERR_MATRIX_SENDER', undefined, {
      details: { mayPass: info?.shieldReason === UNKNOWN_DEVICE },
    });
  }
  return { userId, deviceKey };
}

async function fetchDeviceList(
  crypto: SdkCrypto,
  clock: Clock,
  userId: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const timeout = new OracleCallError('ERR_UPSTREAM_TIMEOUT');
  using limit = timeLimit({ clock, limitMs: DEVICE_LIST_LIMIT_MS, onTimeout: () => timeout, signal });
  try {
    await abortable(crypto.getUserDeviceInfo([userId], true), limit.signal);
  } catch {
    // Without the list the device stays unknown, and the event refused.
    signal?.throwIfAborted();
  }
}

/** Whether a refusal may change once the sender's devices are known. */
export function mayOpenLater(error: unknown): boolean {
  return isOracleCallError(error) && error.code === 'ERR_MATRIX_SENDER' && error.details['mayPass'] === true;
}

/** `m.relates_to` of a content, when it has the shape of a relation (Matrix spec, "Forming relationships between events"). */
export function relationOf(content: object): EventRelation | undefined {
  const relation: unknown = Reflect.get(content, 'm.relates_to');
  if (typeof relation !== 'object' || relation === null) return undefined;
  const relType: unknown = Reflect.get(relation, 'rel_type');
  const eventId: unknown = Reflect.get(relation, 'event_id');
  return typeof relType === 'string' && typeof eventId === 'string' ? { relType, eventId } : undefined;
}
