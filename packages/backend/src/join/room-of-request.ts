import { callIdSchema, OracleCallError, parseWith, sfuRoomNameSchema, type Did } from '@oracle-calls/protocol';
import type { JoinTokenRequest } from '@oracle-calls/protocol/http';
import type { MatrixUserId } from '@oracle-calls/matrix/port';
import * as v from 'valibot';
import { matrixRoomIdSchema } from '../auth/matrix-ids.ts';
import type { CallService } from '../calls/call-service.ts';
import type { ServedOracles } from '../oracles/served-oracles.ts';
import type { Store } from '../store/store.ts';

export interface RoomOfRequestDeps {
  readonly oracles: Pick<ServedOracles, 'all'>;
  readonly store: Pick<Store, 'calls' | 'sfuRooms'>;
  readonly calls: Pick<CallService, 'waitForCall'>;
}

/** Finds the call that a client means which names rooms as MatrixRTC does. Whether its asker may join it is not decided here. */
export class RoomOfRequest {
  readonly #deps: RoomOfRequestDeps;

  constructor(deps: RoomOfRequestDeps) {
    this.#deps = deps;
  }

  /**
   * `room` is a call id, or a Matrix room and stands for the asker's newest live call there, or the name of an SFU room.
   *
   * @throws {OracleCallError} `ERR_CALL_NOT_FOUND` when the asker has no such call, `ERR_MATRIX_EVENT_NOT_FOUND` (retryable) for a call id
   *   that is not known yet, `ERR_PROTOCOL_MALFORMED` for what is none of the three and for a new SFU room when several oracles are served
   */
  async find(asker: MatrixUserId, room: string, signal?: AbortSignal): Promise<JoinTokenRequest> {
    const { store, calls } = this.#deps;
    if (v.is(callIdSchema, room)) {
      const call = await calls.waitForCall(room, { asker, signal });
      if (call.matrixUserId !== asker) throw new OracleCallError('ERR_CALL_NOT_FOUND');
      return { roomId: call.sfuRoomName, oracleDid: call.oracleDid };
    }
    if (v.is(matrixRoomIdSchema, room)) {
      const call = await store.calls.findNewestLive(room, asker);
      if (call === undefined) throw new OracleCallError('ERR_CALL_NOT_FOUND');
      return { roomId: call.sfuRoomName, oracleDid: call.oracleDid };
    }
    const { roomId } = parseWith(v.object({ roomId: sfuRoomNameSchema }), { roomId: room });
    const known = (await store.sfuRooms.find(roomId)) ?? (await store.calls.findBySfuRoomName(roomId));
    return { roomId, oracleDid: known?.oracleDid ?? this.#onlyOracle() };
  }

  /** A name that nobody knows says nothing about whom it is for. */
  #onlyOracle(): Did {
    const [first, ...others] = this.#deps.oracles.all;
    if (first !== undefined && others.length === 0) return first.did;
    throw new OracleCallError(
      'ERR_PROTOCOL_MALFORMED',
      'Several oracles are served here: name a call or its Matrix room.',
      {
        details: { issues: ['room: a call id or a Matrix room expected'] },
      },
    );
  }
}
