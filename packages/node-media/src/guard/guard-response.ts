import type { AnyMessage } from '@bufbuild/protobuf';
import { Encryption_Type, RegionSettings, SignalResponse } from '@livekit/protocol';
import { OracleCallError } from '@oracle-calls/protocol';
import { fieldsOf, messagesIn } from './messages-in.ts';
import type { OwnIdentity } from './own-identity.ts';

/** The enum's name in LiveKit's schema; its generated object carries it under a symbol only. */
const ENCRYPTION_TYPE = 'livekit.Encryption.Type';

/**
 * What becomes of one message of the server: the bytes to pass on, with everything in them set right that the media library
 * would believe to the call's harm. `undefined`: nothing to pass on, since the message is of a kind that is not known here.
 *
 * @throws {OracleCallError} `ERR_MEDIA_SIGNALLING` when it does not decode, `ERR_MEDIA_IDENTITY` when it renames us
 */
export function guardResponse(bytes: Uint8Array, own: OwnIdentity): Uint8Array | undefined {
  const response = decode(bytes);
  own.check(response);
  for (const message of messagesIn(response)) {
    forceEncryption(message);
    emptySifTrailer(message);
    forgetOtherServers(message);
  }
  return response.message.case === undefined ? undefined : response.toBinary();
}

/** Fields that are not known here are left out: behind them could stand what the rules below would have set right. */
function decode(bytes: Uint8Array): SignalResponse {
  try {
    return SignalResponse.fromBinary(bytes, { readUnknownFields: false });
  } catch (cause) {
    throw new OracleCallError('ERR_MEDIA_SIGNALLING', 'A message of the media server does not decode.', { cause });
  }
}

/** A track that is said not to be encrypted would be sent, or played, without a frame cryptor. */
function forceEncryption(message: AnyMessage): void {
  for (const { field, set } of fieldsOf(message)) {
    if (field.kind === 'enum' && field.T.typeName === ENCRYPTION_TYPE) set(Encryption_Type.GCM);
  }
}

/** Frames that end in the trailer are played without being decrypted: with one, the server could speak as the user. */
function emptySifTrailer(message: AnyMessage): void {
  for (const { field, set } of fieldsOf(message)) {
    if (field.name === 'sif_trailer') set(new Uint8Array(0));
  }
}

/** The media library would reconnect to an address that the server names, past this guard. */
function forgetOtherServers(message: AnyMessage): void {
  for (const { field, set } of fieldsOf(message)) {
    if (field.name === 'alternative_url') set('');
    if (field.kind === 'message' && field.T.typeName === RegionSettings.typeName) set(undefined);
  }
}
