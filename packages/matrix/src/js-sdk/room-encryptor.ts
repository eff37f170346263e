import { OracleCallError } from '@oracle-calls/protocol';
import type { DeviceIsolationModeKind, OnlySignedDevicesIsolationMode } from 'matrix-js-sdk/lib/crypto-api/index.js';
import type { MatrixRoomId } from '../matrix-port.ts';
import type { SdkCrypto, SdkEvent } from './sdk-client.ts';

/** As a number because the SDK's enum exists at run time only inside it; the types pin the value. */
const ONLY_SIGNED: DeviceIsolationModeKind.OnlySignedDevicesIsolationMode = 1;
/** Keys of a call's room go to devices that their owner has cross-signed, and to no other device in the room. */
const KEYS_GO_TO: OnlySignedDevicesIsolationMode = { kind: ONLY_SIGNED };
/** The SDK's older switch; it is ignored in the mode above. */
const NO_BLACKLIST = false;

/** The SDK's encryptor of one room: private there, and the only place where the devices can be chosen for one room alone. */
interface SdkRoomEncryptor {
  encryptEvent(event: SdkEvent, blacklist: boolean, mode: OnlySignedDevicesIsolationMode): Promise<void>;
  prepareForEncryption(blacklist: boolean, mode: OnlySignedDevicesIsolationMode): Promise<void>;
}

/** Encrypts for a room so that only cross-signed devices of its members can read. */
export interface SignedDevicesEncryptor {
  /** Shares the room's outgoing session, after the members' devices have been asked for. */
  share(): Promise<void>;
  encrypt(event: SdkEvent): Promise<void>;
}

/**
 * The client-wide `setDeviceIsolationMode` would change the application's other rooms too, so the room's own encryptor is
 * called. Its shape in `matrix-js-sdk` 43.0.0 is checked, arguments included: where it is another, nothing is sent.
 *
 * @throws {OracleCallError} `ERR_MATRIX_ROOM`
 */
export function signedDevicesEncryptor(crypto: SdkCrypto, matrixRoomId: MatrixRoomId): SignedDevicesEncryptor {
  const encryptors: unknown = Reflect.get(crypto, 'roomEncryptors');
  if (typeof encryptors !== 'object' || encryptors === null) {
    throw new OracleCallError('ERR_MATRIX_ROOM', 'This client cannot choose the devices that get a room’s keys.');
  }
  const encryptor: unknown = Object.hasOwn(encryptors, matrixRoomId)
    ? Reflect.get(encryptors, matrixRoomId)
    : undefined;
  if (encryptor === undefined) throw new OracleCallError('ERR_MATRIX_ROOM', 'The room is not encrypted yet.');
  if (!isRoomEncryptor(encryptor)) {
    throw new OracleCallError('ERR_MATRIX_ROOM', 'This client cannot choose the devices that get a room’s keys.');
  }
  return {
    share: () => encryptor.prepareForEncryption(NO_BLACKLIST, KEYS_GO_TO),
    encrypt: (event) => encryptor.encryptEvent(event, NO_BLACKLIST, KEYS_GO_TO),
  };
}

function isRoomEncryptor(value: unknown): value is SdkRoomEncryptor {
  return takes(value, 'encryptEvent', 3) && takes(value, 'prepareForEncryption', 2);
}

/** A mode that a function does not take would be dropped without a word. */
function takes(value: unknown, name: string, count: number): boolean {
  const method: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof method === 'function' && method.length === count;
}
