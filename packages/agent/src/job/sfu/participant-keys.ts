import { EncryptionType, type Room, type RoomOptions } from '@livekit/rtc-node';
import {
  E2eeRequest,
  FfiRequest,
  FfiResponse,
  KeyDerivationFunction,
  livekitFfiRequest,
  SetKeyRequest,
} from '@livekit/rtc-ffi-bindings';
import { OracleCallError } from '@oracle-calls/protocol';
import type { SecretBytes } from '@oracle-calls/protocol';
import * as v from 'valibot';

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

const handleSchema = v.object({ handle: v.bigint() });

/**
 * Sets one participant's media key in this room's frame cryptors. `rtc-node` 1.1.0 has a method for this that forgets
 * to pass the key's bytes, so the request goes through its binding.
 *
 * @throws {OracleCallError} `ERR_INTERNAL` when the room is not connected or the binding refuses
 */
export function setParticipantKey(room: Room, participantIdentity: string, key: SecretBytes): void {
  const owned = v.safeParse(handleSchema, Reflect.get(room, 'ffiHandle'));
  if (!owned.success) throw new OracleCallError('ERR_INTERNAL', 'The room is not connected.');
  // Copied by the binding; this copy is wiped.
  const bytes = new Uint8Array(key.expose());
  const value = new SetKeyRequest({ participantIdentity, key: bytes, keyIndex: KEY_INDEX });
  const request = new FfiRequest({
    message: {
      case: 'e2ee',
      value: new E2eeRequest({ roomHandle: owned.output.handle, message: { case: 'setKey', value } }),
    },
  });
  const encoded = request.toBinary();
  const answer = FfiResponse.fromBinary(livekitFfiRequest(encoded));
  encoded.fill(0);
  bytes.fill(0);
  if (answer.message.case !== 'e2ee') throw new OracleCallError('ERR_INTERNAL', 'The media key could not be set.');
}
