import { OracleCallError } from '@oracle-calls/protocol';
import type { MatrixRoomId, MatrixUserId } from './matrix-port.ts';

/** Longest user or room id in bytes (Matrix spec, "Common identifier format"); the ids themselves may be historical. */
const MATRIX_ID_MAX_LENGTH = 255;

/** `@localpart:server`; historical localparts hold nearly anything, so only the shape is checked. */
const MATRIX_USER_ID = /^@[^:\s]*:[^\s:/?#@]+(:\d{1,5})?$/;
/** `!opaque`, and `:server` behind it before room version 12 (Matrix spec, "Room version 12: room ids"). */
const MATRIX_ROOM_ID = /^![^\s/?#]+$/;

/** Whether text has the shape of a Matrix user id. */
export function isMatrixUserId(text: unknown): text is MatrixUserId {
  return typeof text === 'string' && text.length <= MATRIX_ID_MAX_LENGTH && MATRIX_USER_ID.test(text);
}

/** Whether text has the shape of a Matrix room id. */
export function isMatrixRoomId(text: unknown): text is MatrixRoomId {
  return typeof text === 'string' && text.length <= MATRIX_ID_MAX_LENGTH && MATRIX_ROOM_ID.test(text);
}

/** @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` */
export function parseMatrixUserId(text: unknown): MatrixUserId {
  if (!isMatrixUserId(text)) throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'Not a Matrix user id.');
  return text;
}

/** @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` */
export function parseMatrixRoomId(text: unknown): MatrixRoomId {
  if (!isMatrixRoomId(text)) throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'Not a Matrix room id.');
  return text;
}
