import { EncryptionType, type Room, type RoomOptions } from '@livekit/rtc-node';
import { KeyDerivationFunction, SetKeyRequest } from '@livekit/rtc-ffi-bindings';
import type { SecretBytes } from '@oracle-calls/protocol';
import { requestE2ee } from './e2ee-request.ts';

/** The only key index of protocol version 1. */
export const KEY_INDEX = 0;

/**
 * Room options of an encrypted call: media and data encrypted, one key per participant, no ratchet.
 * The salt and the ring's size are `livekit-client`'s, or the two sides would derive different keys and hear nothing.
 */
export const ENCRYPTED_ROOM_OPTIONS: Pick<RoomOptions, 'encryption'> = {
  encryption: {
    encryptionType: EncryptionType.GCM,
    keyProviderOptions: {
      ratchetSalt: new TextEncoder().encode('LKFrameEncryptionKey'),
      ratchetWindowSize: 0,
      // Never give up on a key: eleven frames of garbage would silence a participant for good.
      failureTolerance: -1,
      keyRingSize: 16,
      keyDerivationFunction: KeyDerivationFunction.HKDF,
    },
  },
};

/**
 * Sets one participant's media key in this room's frame cryptors. `rtc-node` 1.1.0 has a method for this that forgets
 * to pass the key's bytes, so the request goes through its binding.
 *
 * @throws {OracleCallError} `ERR_INTERNAL` when the room is not connected or the binding refuses
 */
export function setParticipantKey(room: Room, participantIdentity: string, key: SecretBytes): void {
  // Copied by the binding; this copy is wiped.
  const bytes = new Uint8Array(key.expose());
  const value = new SetKeyRequest({ participantIdentity, key: bytes, keyIndex: KEY_INDEX });
  try {
    requestE2ee(room, { case: 'setKey', value });
  } finally {
    bytes.fill(0);
  }
}
