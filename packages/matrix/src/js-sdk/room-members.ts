import { OracleCallError } from '@oracle-calls/protocol';
import type { MatrixUserId } from '../matrix-port.ts';
import type { SdkRoom } from './sdk-client.ts';

/** Who is joined or invited: both get room keys. Call `loadMembersIfNeeded` first: with lazy loading the SDK knows only some. */
export function presentMembers(room: SdkRoom): readonly string[] {
  return room
    .getMembers()
    .filter(({ membership }) => membership === 'join' || membership === 'invite')
    .map(({ userId }) => userId);
}

/** Whether the room has exactly these two, neither more nor fewer. */
export function hasExactly(room: SdkRoom, own: string, peer: string): boolean {
  const present = presentMembers(room);
  return present.length === 2 && present.includes(own) && present.includes(peer) && own !== peer;
}

/**
 * A homeserver can add members to a room, and the SDK would give them the room's keys.
 *
 * @throws {OracleCallError} `ERR_MATRIX_MEMBERS`, which says how many there are and not who
 */
export function requireMembers(room: SdkRoom, own: string, peer: MatrixUserId): void {
  if (hasExactly(room, own, peer)) return;
  throw new OracleCallError('ERR_MATRIX_MEMBERS', undefined, { details: { members: presentMembers(room).length } });
}
