import { EncryptionType } from '@livekit/rtc-node';
import type { Room, RoomOptions } from '@livekit/rtc-node';
import {
  E2eeManagerGetFrameCryptorsRequest,
  FrameCryptorSetKeyIndexRequest,
  KeyDerivationFunction,
  SetKeyRequest,
} from '@livekit/rtc-ffi-bindings';
import type { FrameCryptor } from '@livekit/rtc-ffi-bindings';
import type { SecretBytes } from '@oracle-calls/protocol';
import { requestE2ee } from './e2ee-request.ts';

/** What both protocols have in common: `livekit-client`'s salt and ring, or the two sides would derive different keys. */
export const KEY_PROVIDER_OPTIONS = {
  ratchetSalt: new TextEncoder().encode('LKFrameEncryptionKey'),
  // Keys come from the key exchange alone.
  ratchetWindowSize: 0,
  // Never give up on a key: eleven frames of garbage would silence a participant for good.
  failureTolerance: -1,
  keyRingSize: 16,
} as const;

/**
 * Room options of an encrypted call: frames sealed per participant and slot. `e2ee`, though it is marked deprecated: with
 * `encryption` the library would also seal data packets, under a media key, and those are ours.
 */
export const ENCRYPTED_ROOM_OPTIONS: Pick<RoomOptions, 'e2ee'> = {
  e2ee: {
    encryptionType: EncryptionType.GCM,
    keyProviderOptions: { ...KEY_PROVIDER_OPTIONS, keyDerivationFunction: KeyDerivationFunction.HKDF },
  },
};

/**
 * Sets one participant's media key in one slot of this room's frame cryptors. `rtc-node` 1.1.0 has a method for this that
 * forgets to pass the key's bytes, so the request goes through its binding.
 *
 * @throws {OracleCallError} `ERR_INTERNAL` when the room is not connected or the binding refuses
 */
export function setParticipantKey(room: Room, participantIdentity: string, key: SecretBytes, slot: number): void {
  // Copied by the binding; this copy is wiped.
  const bytes = new Uint8Array(key.expose());
  const value = new SetKeyRequest({ participantIdentity, key: bytes, keyIndex: slot });
  try {
    requestE2ee(room, { case: 'setKey', value });
  } finally {
    bytes.fill(0);
  }
}

/** Lets the frame cryptor of one own track seal with this slot from the next frame on. Without a cryptor, nothing happens. */
export function useSlot(room: Room, participantIdentity: string, trackSid: string, slot: number): void {
  const value = new FrameCryptorSetKeyIndexRequest({ participantIdentity, trackSid, keyIndex: slot });
  requestE2ee(room, { case: 'cryptorSetKeyIndex', value });
}

/** The frame cryptors that there are at this moment, of both directions. */
export function frameCryptorsOf(room: Room): readonly FrameCryptor[] {
  const value = new E2eeManagerGetFrameCryptorsRequest();
  const answer = requestE2ee(room, { case: 'managerGetFrameCryptors', value });
  return answer.case === 'managerGetFrameCryptors' ? answer.value.frameCryptors : [];
}
