import {
  E2eeManagerSetEnabledRequest,
  E2eeRequest,
  FfiRequest,
  FfiResponse,
  FrameCryptorSetKeyIndexRequest,
  livekitFfiRequest,
  SetKeyRequest,
} from '@livekit/rtc-ffi-bindings';
import type { Room } from '@livekit/rtc-node';

/** Asks LiveKit's binding about a room's encryption, past `rtc-node`, which forgets keys and tracks on the way. */
function request(room: Room, message: E2eeRequest['message']): void {
  const { ffiHandle } = room as object as { readonly ffiHandle?: { readonly handle: bigint } };
  if (ffiHandle === undefined) throw new Error('The room is not connected.');
  const value = new E2eeRequest({ roomHandle: ffiHandle.handle, message });
  const answer = livekitFfiRequest(new FfiRequest({ message: { case: 'e2ee', value } }).toBinary());
  if (FfiResponse.fromBinary(answer).message.case !== 'e2ee') throw new Error('The binding refused.');
}

/** A participant's media key in one slot: frames that name the slot are sealed and opened with it. */
export function setMediaKey(room: Room, participantIdentity: string, keyIndex: number, key: Uint8Array): void {
  request(room, { case: 'setKey', value: new SetKeyRequest({ participantIdentity, key, keyIndex }) });
}

/** Which slot a track's frames are sealed with from now on. */
export function useMediaKey(room: Room, participantIdentity: string, trackSid: string, keyIndex: number): void {
  const value = new FrameCryptorSetKeyIndexRequest({ participantIdentity, trackSid, keyIndex });
  request(room, { case: 'cryptorSetKeyIndex', value });
}

/** Sends in the clear from now on, on tracks that are announced as sealed: what the SFU can put in the place of any frame. */
export function stopSealing(room: Room): void {
  request(room, { case: 'managerSetEnabled', value: new E2eeManagerSetEnabledRequest({ enabled: false }) });
}
