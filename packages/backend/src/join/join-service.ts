import {
  OracleCallError,
  type BearerSecret,
  type Clock,
  type Did,
  type Logger,
  type SfuRoomName,
} from '@oracle-calls/protocol';
import type { JoinTokenRequest, JoinTokenResponse } from '@oracle-calls/protocol/http';
import type { MatrixUserId } from '@oracle-calls/matrix/port';
import { createOpaqueToken, createUserIdentity, hashToken } from '../auth/opaque-token.ts';
import { ORPHAN_ROOM_MS, type RoomKeeper } from '../sfu/room-keeper.ts';
import type { SfuControl } from '../sfu/sfu-control.ts';
import type { SfuRoom } from '../store/sfu-room-store.ts';
import type { StandbyDesk } from '../standby/standby-desk.ts';
import type { Store } from '../store/store.ts';
import type { CallTraces } from '../telemetry/call-traces.ts';
import { inSpan } from '../telemetry/trace-scope.ts';

/** A join token is used at once; two minutes allow for a slow network and clocks that differ. */
export const JOIN_TOKEN_TTL_MS = 2 * 60_000;

/**
 * Rooms that one user may have open at once. Each has an agent to itself, so that without a bound one account could occupy them all. One is
 * for the call in progress, one for the call that replaces it after a reload, and one for a second device.
 */
export const OPEN_ROOMS_MAX = 3;

export interface JoinServiceDeps {
  readonly oracleDid: Did;
  /** The SFU's address for clients. */
  readonly sfuUrl: string;
  readonly sfu: SfuControl;
  readonly store: Store;
  readonly rooms: RoomKeeper;
  readonly standby: Pick<StandbyDesk, 'reserve'>;
  readonly traces: Pick<CallTraces, 'begin'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Lets the first authenticated asker of a room name into that SFU room, with the oracle's agent on its way. */
export class JoinService {
  readonly #deps: JoinServiceDeps;
  /** Rooms being made, so that asking twice at once makes one room with one agent. */
  readonly #opening = new Map<SfuRoomName, Promise<void>>();

  constructor(deps: JoinServiceDeps) {
    this.#deps = deps;
  }

  /**
   * A join token, for the same identity each time the owner asks.
   *
   * @throws {OracleCallError} `ERR_AUTH_FORBIDDEN` for another oracle, `ERR_CALL_REPLAYED` when the name is somebody
   *   else's, `ERR_CALL_ENDED` when the call or the room is over, `ERR_RATE_LIMITED` when the asker has `OPEN_ROOMS_MAX` rooms open,
   *   `ERR_UPSTREAM_SFU`
   */
  async join(asker: MatrixUserId, { roomId, oracleDid }: JoinTokenRequest): Promise<JoinTokenResponse> {
    const { store, sfu, sfuUrl, traces, clock, logger } = this.#deps;
    if (oracleDid !== this.#deps.oracleDid) {
      throw new OracleCallError('ERR_AUTH_FORBIDDEN', 'This backend does not serve that oracle.');
    }
    const ticket = createOpaqueToken('agent ticket');
    const room = await store.sfuRooms.ask({
      name: roomId,
      asker,
      oracleDid,
      userIdentity: createUserIdentity(),
      ticketSha256: hashToken(ticket),
      openMax: OPEN_ROOMS_MAX,
      now: clock.now(),
    });
    if (room === 'too-many-open') {
      // A room without a call is closed by then.
      throw new OracleCallError('ERR_RATE_LIMITED', undefined, { details: { retryAfterMs: ORPHAN_ROOM_MS } });
    }
    if (room === 'deleted') throw new OracleCallError('ERR_CALL_ENDED');
    if (room.owner !== asker) throw new OracleCallError('ERR_CALL_REPLAYED');
    traces.begin(roomId);
    const call = await store.calls.findBySfuRoomName(roomId);
    if (room.closedAt !== undefined || call?.callStatus === 'ended') throw new OracleCallError('ERR_CALL_ENDED');
    const expiresAt = clock.now() + JOIN_TOKEN_TTL_MS;
    const [joinToken] = await Promise.all([
      sfu.createJoinToken({ sfuRoomName: roomId, identity: room.userIdentity, ttlMs: JOIN_TOKEN_TTL_MS }),
      inSpan('sfu.dispatch', () => this.#open(room, ticket, call === undefined)),
    ]);
    logger.info('join token given', { sfuRoomName: roomId, 'pii.userId': asker });
    return {
      url: sfuUrl,
      joinToken: joinToken.expose(),
      identity: room.userIdentity,
      expiresAt: new Date(expiresAt).toISOString(),
    };
  }

  /** Makes the room and dispatches the agent, unless that is done or under way. */
  #open(room: SfuRoom, ticket: BearerSecret, isCallAwaited: boolean): Promise<void> {
    if (room.openedAt !== undefined) return Promise.resolve();
    const opening =
      this.#opening.get(room.name) ??
      this.#openOnce(room, ticket, isCallAwaited).finally(() => this.#opening.delete(room.name));
    this.#opening.set(room.name, opening);
    return opening;
  }

  async #openOnce({ name, ticketSha256 }: SfuRoom, ticket: BearerSecret, isCallAwaited: boolean): Promise<void> {
    const { oracleDid, store, sfu, rooms, standby, clock } = this.#deps;
    // The deadline stands before the room does: if this fails half-way, the room is deleted all the same.
    if (isCallAwaited) rooms.expectCall(name);
    if (ticketSha256 !== hashToken(ticket)) {
      // An earlier attempt failed, or seemed to: what it may have made goes, with the agent it may have called.
      await sfu.deleteRoom(name);
      await store.sfuRooms.replaceTicket(name, hashToken(ticket));
    }
    using worker = standby.reserve(oracleDid);
    await sfu.createRoom({ sfuRoomName: name, agentTicket: ticket }, worker === undefined ? 'dispatch' : 'on-its-way');
    await worker?.handOver(name, ticket);
    await store.sfuRooms.markOpened(name, clock.now());
  }
}
