import { isOracleCallError, OracleCallError, parseMatrixEventId, type Clock } from '@oracle-calls/protocol';
import type { EventShieldReason } from 'matrix-js-sdk/lib/crypto-api/index.js';
import { parseMatrixRoomId, parseMatrixUserId } from '../matrix-id.ts';
import type { DecryptedEvent, EventRelation, VerifiedSender } from '../matrix-port.ts';
import { abortable, withTimeLimit } from '../time-limit.ts';
import { requireUnchangedIdentity, type TrustContext } from './peer-trust.ts';
import { MEGOLM_EVENT, type SdkClient, type SdkCrypto, type SdkEvent } from './sdk-client.ts';

/*
 * The SDK's reasons for a shield, as numbers because its enum exists at run time only inside the SDK; the types pin the values.
 * What may pass: a device that the sender has cross-signed sent it, whether or not anybody compared keys with that person.
 */
const UNDECIDED: EventShieldReason.UNKNOWN = 0;
const UNVERIFIED_IDENTITY: EventShieldReason.UNVERIFIED_IDENTITY = 1;
const UNSIGNED_DEVICE: EventShieldReason.UNSIGNED_DEVICE = 2;
const UNKNOWN_DEVICE: EventShieldReason.UNKNOWN_DEVICE = 3;
/*
 * Everything else is refused: UNSIGNED_DEVICE and UNKNOWN_DEVICE (anybody who has the account's password, and the homeserver,
 * can add a device), AUTHENTICITY_NOT_GUARANTEED (the key came from a backup or by forwarding, so it may be anybody's),
 * MISMATCHED_SENDER (the device belongs to somebody else than the event says), VERIFICATION_VIOLATION, and what is unknown.
 */
const SIGNED_DEVICE_REASONS: ReadonlySet<number | null> = new Set([null, UNVERIFIED_IDENTITY]);
/** At first contact, and just after its owner has signed it, a device's event outruns the device list. */
const PASSING_REASONS: ReadonlySet<number | null> = new Set([UNKNOWN_DEVICE, UNSIGNED_DEVICE]);

/** Fetching somebody's device list is one request; a homeserver that takes longer is down. */
const DEVICE_LIST_LIMIT_MS = 5_000;

export interface OpenerDependencies extends TrustContext {
  readonly client: SdkClient;
  readonly clock: Clock;
}

/**
 * Turns an event of the SDK into one that was end-to-end encrypted by a cross-signed device of its sender.
 *
 * @throws {OracleCallError} `ERR_MATRIX_NOT_ENCRYPTED`, `ERR_MATRIX_UNDECRYPTABLE`, `ERR_MATRIX_SENDER`,
 *   `ERR_MATRIX_IDENTITY_CHANGED`, `ERR_MATRIX_EVENT_NOT_FOUND` when it was removed, `ERR_PROTOCOL_MALFORMED`
 */
export async function openEvent(
  dependencies: OpenerDependencies,
  event: SdkEvent,
  signal?: AbortSignal,
): Promise<DecryptedEvent> {
  const { client } = dependencies;
  const crypto = client.getCrypto();
  if (!event.isEncrypted() || event.isState() || event.getWireType() !== MEGOLM_EVENT || crypto === undefined) {
    throw new OracleCallError('ERR_MATRIX_NOT_ENCRYPTED');
  }
  await abortable(client.decryptEventIfNeeded(event), signal);
  if (event.isDecryptionFailure() || event.getClearContent() === null || event.getType() === MEGOLM_EVENT) {
    throw new OracleCallError('ERR_MATRIX_UNDECRYPTABLE');
  }
  const sender = await verifySender(dependencies, crypto, event, signal);
  // Its removal may have come meanwhile, and leaves an empty content behind.
  if (event.isRedacted()) throw new OracleCallError('ERR_MATRIX_EVENT_NOT_FOUND');
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
 * until the Matrix crypto has found that very device in that user's device list, signed by that user's identity.
 */
async function verifySender(
  dependencies: OpenerDependencies,
  crypto: SdkCrypto,
  event: SdkEvent,
  signal: AbortSignal | undefined,
): Promise<VerifiedSender> {
  const userId = parseMatrixUserId(event.getSender());
  const deviceKey = event.getSenderKey();
  if (deviceKey === null || deviceKey === '') throw new OracleCallError('ERR_MATRIX_SENDER');
  let reason = await shieldReason(crypto, event, signal);
  if (PASSING_REASONS.has(reason)) {
    await fetchDeviceList(crypto, dependencies.clock, userId, signal);
    reason = await shieldReason(crypto, event, signal);
  }
  requireSignedDevice(reason);
  await requireUnchangedIdentity(dependencies, crypto, userId);
  return { userId, deviceKey };
}

/** What the crypto holds against the event; 0 (unknown) when it says nothing about it. */
async function shieldReason(
  crypto: SdkCrypto,
  event: SdkEvent,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  const info = await abortable(crypto.getEncryptionInfoForEvent(event), signal);
  return info === null ? UNDECIDED : info.shieldReason;
}

/** An event counts only when its sender has cross-signed the device that encrypted it. */
function requireSignedDevice(reason: number | null): void {
  if (SIGNED_DEVICE_REASONS.has(reason)) return;
  throw new OracleCallError('ERR_MATRIX_SENDER', undefined, { details: { mayPass: PASSING_REASONS.has(reason) } });
}

async function fetchDeviceList(
  crypto: SdkCrypto,
  clock: Clock,
  userId: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const timeout = new OracleCallError('ERR_UPSTREAM_TIMEOUT');
  try {
    await withTimeLimit({ clock, limitMs: DEVICE_LIST_LIMIT_MS, onTimeout: () => timeout, signal }, (limit) =>
      abortable(crypto.getUserDeviceInfo([userId], true), limit),
    );
  } catch {
    // Without the list the device stays unknown, and the event refused.
    signal?.throwIfAborted();
  }
}

/** Whether a refusal may change: once the sender's devices are known, or their new identity was approved. */
export function mayOpenLater(error: unknown): boolean {
  if (!isOracleCallError(error) || error.details['mayPass'] !== true) return false;
  return error.code === 'ERR_MATRIX_SENDER' || error.code === 'ERR_MATRIX_IDENTITY_CHANGED';
}

/** `m.relates_to` of a content, when it has the shape of a relation (Matrix spec, "Forming relationships between events"). */
export function relationOf(content: object): EventRelation | undefined {
  const relation: unknown = Reflect.get(content, 'm.relates_to');
  if (typeof relation !== 'object' || relation === null) return undefined;
  const relType: unknown = Reflect.get(relation, 'rel_type');
  const eventId: unknown = Reflect.get(relation, 'event_id');
  return typeof relType === 'string' && typeof eventId === 'string' ? { relType, eventId } : undefined;
}
