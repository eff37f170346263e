import { OracleCallError, type BearerSecret, type Clock, type Logger, type SfuRoomName } from '@oracle-calls/protocol';
import type { JoinTokenRequest, JoinTokenResponse } from '@oracle-calls/protocol/http';
import type { MatrixUserId } from '@oracle-calls/matrix/port';
import { createOpaqueToken, createUserIdentity, hashToken } from '../auth/opaque-token.ts';
import type { Drain } from '../drain/drain.ts';
import type { ServedOracle, ServedOracles } from '../oracles/served-oracles.ts';
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

/** When to ask again while the backend drains, in milliseconds: another one, or this one after its restart, answers then. */
export const RETRY_WHEN_DRAINED_MS = 2_000;

export interface JoinServiceDeps {
  readonly oracles: Pick<ServedOracles, 'requireFor'>;
  readonly drain: Pick<Drain, 'state'>;
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
   * @throws {OracleCallError} as `ServedOracles.requireFor`; `ERR_CALL_REPLAYED` when the name is somebody else's or of a call to another
   *   oracle, `ERR_CALL_ENDED` when the call or the room is over, `ERR_RATE_LIMITED` when the asker has `OPEN_ROOMS_MAX` rooms open,
   *   `ERR_UPSTREAM_DRAINING` for a new room while the backend drains,
   *   `ERR_UPSTREAM_SFU`
   */
  async join(asker: MatrixUserId, { roomId, oracleDid }: JoinTokenRequest): Promise<JoinTokenResponse> {
    const { store, sfu, sfuUrl, traces, clock, logger } = this.#deps;
    const oracle = this.#deps.oracles.requireFor(oracleDid, asker);
    if (this.#deps.drain.state === 'draining') await this.#refuseNew(roomId);
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
    // A name belongs to one asker and one oracle.
    if (room.owner !== asker || room.oracleDid !== oracleDid) throw new OracleCallError('ERR_CALL_REPLAYED');
    traces.begin(roomId);
    const call = await store.calls.findBySfuRoomName(roomId);
    if (call !== undefined && call.oracleDid !== oracleDid) throw new OracleCallError('ERR_CALL_REPLAYED');
    if (room.closedAt !== undefined || call?.callStatus === 'ended') throw new OracleCallError('ERR_CALL_ENDED');
    const expiresAt = clock.now() + JOIN_TOKEN_TTL_MS;
    const [joinToken] = await Promise.all([
      sfu.createJoinToken({ sfuRoomName: roomId, identity: room.userIdentity, ttlMs: JOIN_TOKEN_TTL_MS }),
      inSpan('sfu.dispatch', () => this.#open(room, oracle, ticket, call === undefined)),
    ]);
    logger.info('join token given', { sfuRoomName: roomId, 'pii.userId': asker });
    return {
      url: sfuUrl,
      joinToken: joinToken.expose(),
      identity: room.userIdentity,
      expiresAt: new Date(expiresAt).toISOString(),
    };
  }

  /** While the backend drains, whoever is in a call may come back to it, and nobody begins one. */
  async #refuseNew(roomId: SfuRoomName): Promise<void> {
    const known = await this.#deps.store.sfuRooms.find(roomId);
    if (known?.openedAt === undefined) {
      throw new OracleCallError('ERR_UPSTREAM_DRAINING', undefined, {
        details: { retryAfterMs: RETRY_WHEN_DRAINED_MS },
      });
    }
  }

  /** Makes the room and dispatches the agent, unless that is done or under way. */
  #open(room: SfuRoom, oracle: ServedOracle, ticket: BearerSecret, isCallAwaited: boolean): Promise<void> {
    if (room.openedAt !== undefined) return Promise.resolve();
    const opening =
      this.#opening.get(room.name) ??
      this.#openOnce(room, oracle, ticket, isCallAwaited).finally(() => this.#opening.delete(room.name));
    this.#opening.set(room.name, opening);
    return opening;
  }

  async #openOnce(
    { name, ticketSha256 }: SfuRoom,
    { did, agentName }: ServedOracle,
    ticket: BearerSecret,
    isCallAwaited: boolean,
  ): Promise<void> {
    const { store, sfu, rooms, standby, clock } = this.#deps;
    // The deadline stands before the room does: if this fails half-way, the room is deleted all the same.
    if (isCallAwaited) rooms.expectCall(name);
    if (ticketSha256 !== hashToken(ticket)) {
      // An earlier attempt failed, or seemed to: what it may have made goes, with the agent it may have called.
      await sfu.deleteRoom(name);
      await store.sfuRooms.replaceTicket(name, hashToken(ticket));
    }
    using worker = standby.reserve(did);
    const made = { sfuRoomName: name, agentName, agentTicket: ticket };
    await sfu.createRoom(made, worker === undefined ? 'dispatch' : 'on-its-way');
    await worker?.handOver(made);
    await store.sfuRooms.markOpened(name, clock.now());
  }
}
