import type { Logger } from '@oracle-calls/protocol';
import { isMatrixRoomId, isMatrixUserId } from '../matrix-id.ts';
import type { RoomInvite } from '../matrix-port.ts';
import { SDK_NOTICE, type SdkClient, type SdkRoom } from './sdk-client.ts';

/**
 * Invitations to this account: those that are pending when somebody begins to listen, then each new one once. An invitation
 * that was withdrawn or answered and made again is a new one. The rooms themselves are the memory: nothing needs holding.
 */
export class InviteFeed implements Disposable {
  readonly #client: SdkClient;
  readonly #logger: Logger;
  readonly #listeners = new Map<(invite: RoomInvite) => void, Set<string>>();
  #isDisposed = false;

  constructor(client: SdkClient, logger: Logger) {
    this.#client = client;
    this.#logger = logger;
  }

  observe(listener: (invite: RoomInvite) => void): Disposable {
    const own = (invite: RoomInvite): void => listener(invite);
    if (!this.#isDisposed) {
      if (this.#listeners.size === 0) {
        this.#client.on(SDK_NOTICE.room, this.#onRoom);
        this.#client.on(SDK_NOTICE.myMembership, this.#onRoom);
      }
      this.#listeners.set(own, new Set());
      for (const room of this.#client.getRooms()) this.#tell(own, room);
    }
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(own);
        this.#detachWhenUnheard();
      },
    };
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#listeners.clear();
    this.#detachWhenUnheard();
  }

  #detachWhenUnheard(): void {
    if (this.#listeners.size > 0) return;
    this.#client.off(SDK_NOTICE.room, this.#onRoom);
    this.#client.off(SDK_NOTICE.myMembership, this.#onRoom);
  }

  readonly #onRoom = (room: SdkRoom): void => {
    for (const listener of [...this.#listeners.keys()]) this.#tell(listener, room);
  };

  #tell(listener: (invite: RoomInvite) => void, room: SdkRoom): void {
    const told = this.#listeners.get(listener);
    if (told === undefined) return;
    if (room.getMyMembership() !== 'invite') {
      told.delete(room.roomId);
      return;
    }
    const invite = inviteOf(this.#client, room);
    if (invite === undefined || told.has(room.roomId)) return;
    told.add(room.roomId);
    try {
      listener(invite);
    } catch (error) {
      this.#logger.error('matrix invite listener failed', {
        error: error instanceof Error ? error.name : typeof error,
      });
    }
  }
}

/** What the homeserver says of an invitation in the room's stripped state: claims, until the room was joined. */
function inviteOf(client: SdkClient, room: SdkRoom): RoomInvite | undefined {
  const membership = room.currentState.getStateEvents('m.room.member', client.getUserId() ?? '');
  const inviter = membership?.getSender();
  if (membership === null || !isMatrixUserId(inviter) || !isMatrixRoomId(room.roomId)) return undefined;
  const content = membership.getOriginalContent();
  return {
    matrixRoomId: room.roomId,
    inviter,
    isEncrypted: room.hasEncryptionStateEvent(),
    isDirect: typeof content === 'object' && content !== null && Reflect.get(content, 'is_direct') === true,
  };
}
