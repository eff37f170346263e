import type { Room } from '@livekit/rtc-node';
import { E2eeRequest, FfiRequest, FfiResponse, livekitFfiRequest } from '@livekit/rtc-ffi-bindings';
import type { E2eeResponse } from '@livekit/rtc-ffi-bindings';
import { OracleCallError } from '@oracle-calls/protocol';
import * as v from 'valibot';

const handleSchema = v.object({ handle: v.bigint() });

/**
 * Asks the binding about a room's encryption, past `rtc-node` 1.1.0, which forgets keys and track ids on the way.
 * The request's encoded form is wiped: it may hold a key.
 *
 * @throws {OracleCallError} `ERR_INTERNAL` when the room is not connected or the binding refuses
 */
export function requestE2ee(room: Room, message: E2eeRequest['message']): E2eeResponse['message'] {
  const owned = v.safeParse(handleSchema, Reflect.get(room, 'ffiHandle'));
  if (!owned.success) throw new OracleCallError('ERR_INTERNAL', 'The room is not connected.');
  const value = new E2eeRequest({ roomHandle: owned.output.handle, message });
  const encoded = new FfiRequest({ message: { case: 'e2ee', value } }).toBinary();
  const answer = FfiResponse.fromBinary(livekitFfiRequest(encoded));
  encoded.fill(0);
  if (answer.message.case !== 'e2ee') throw new OracleCallError('ERR_INTERNAL', 'The encryption request was refused.');
  return answer.message.value.message;
}
