import type { ErrorCode, LogFields, Logger } from '@oracle-calls/protocol';
import type { MatrixAccountPort, MatrixRoomId, MatrixUserId, RoomInvite } from '@oracle-calls/matrix/port';
import { serverNameOf } from '../auth/matrix-ids.ts';
import type { BackgroundWork } from '../background/background-work.ts';
import { errorFields } from '../background/error-fields.ts';
import type { Deadlines } from '../deadlines/deadlines.ts';

/** First pause before an invite is answered again; it doubles. */
const RETRY_BASE_MS = 2_000;
const ATTEMPTS_MAX = 5;

export interface InviteDeskDeps {
  readonly matrix: Pick<MatrixAccountPort, 'joinRoom' | 'leaveRoom' | 'prepareToSend'>;
  /** Servers whose users may invite the oracle. */
  readonly allowedServers: ReadonlySet<string>;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  readonly background: BackgroundWork;
  readonly closing: AbortSignal;
}

/** Why an invite is declined, or `undefined` when it is accepted: only people of allowed servers, one to one, encrypted. */
export function findInviteRefusal(invite: RoomInvite, allowedServers: ReadonlySet<string>): ErrorCode | undefined {
  if (!allowedServers.has(serverNameOf(invite.inviter))) return 'ERR_AUTH_HOMESERVER';
  if (!invite.isEncrypted) return 'ERR_MATRIX_NOT_ENCRYPTED';
  if (!invite.isDirect) return 'ERR_MATRIX_ROOM';
  return undefined;
}

/** Joins rooms that people invite the oracle to, and leaves the others. */
export class InviteDesk {
  readonly #deps: InviteDeskDeps;

  constructor(deps: InviteDeskDeps) {
    this.#deps = deps;
  }

  take(invite: RoomInvite, attempt = 1): void {
    const { matrix, allowedServers, logger, deadlines, background, closing } = this.#deps;
    const { matrixRoomId, inviter } = invite;
    const facts = { 'pii.matrixRoomId': matrixRoomId, 'pii.inviter': inviter };
    background.run('invite', async () => {
      const refusal = findInviteRefusal(invite, allowedServers);
      try {
        if (refusal === undefined) await matrix.joinRoom(matrixRoomId, { signal: closing });
        else await matrix.leaveRoom(matrixRoomId, { signal: closing });
      } catch (error) {
        if (closing.aborted) return;
        logger.warn('invite not answered', { ...facts, attempt, ...errorFields(error) });
        if (attempt >= ATTEMPTS_MAX) return;
        deadlines.set(`invite:${matrixRoomId}`, RETRY_BASE_MS * 2 ** (attempt - 1), () => {
          this.take(invite, attempt + 1);
        });
        return;
      }
      if (refusal !== undefined) {
        logger.info('invite declined', { ...facts, code: refusal });
        return;
      }
      logger.info('invite accepted', facts);
      await this.#warm(matrixRoomId, inviter, facts);
    });
  }

  /** Shares the room key now: sharing it with the first answer would take time from the set-up of the first call. */
  async #warm(matrixRoomId: MatrixRoomId, peer: MatrixUserId, facts: LogFields): Promise<void> {
    const { matrix, logger, closing } = this.#deps;
    try {
      await matrix.prepareToSend(matrixRoomId, { peer, signal: closing });
    } catch (error) {
      if (!closing.aborted) logger.info('room not prepared', { ...facts, ...errorFields(error) });
    }
  }
}
