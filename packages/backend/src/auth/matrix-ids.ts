import * as v from 'valibot';
import type { MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix/port';

/** Matrix spec, "User identifiers": printable ASCII without `:` (historical ids included), at most 255 bytes in all. */
const USER_ID = /^@[\x21-\x39\x3b-\x7e]+:[A-Za-z0-9.:[\]-]+$/;
const ID_MAX_LENGTH = 255;

const isMatrixUserId = (text: unknown): text is MatrixUserId =>
  typeof text === 'string' && text.length <= ID_MAX_LENGTH && USER_ID.test(text);
const isMatrixRoomId = (text: unknown): text is MatrixRoomId =>
  typeof text === 'string' && text.length <= ID_MAX_LENGTH && text.startsWith('!');

export const matrixUserIdSchema = v.custom<MatrixUserId>(isMatrixUserId, 'a Matrix user id');
export const matrixRoomIdSchema = v.custom<MatrixRoomId>(isMatrixRoomId, 'a Matrix room id');

/** The server of a well-formed user id: everything behind the first colon. */
export function serverNameOf(userId: MatrixUserId): string {
  return userId.slice(userId.indexOf(':') + 1);
}
