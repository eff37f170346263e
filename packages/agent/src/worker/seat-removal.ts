import type { BearerSecret, SfuRoomName } from '@oracle-calls/protocol';
import { RoomServiceClient } from 'livekit-server-sdk';
import * as v from 'valibot';
import { AGENT_PRESENT, PROBE_ROOM_PREFIX } from './agent-probe.ts';

/** Who can put participants out of SFU rooms. */
export interface SeatRemoval {
  /** Never rejects. `absent`: there is no such room or participant any more. */
  remove(sfuRoomName: SfuRoomName, identity: string): Promise<'removed' | 'absent' | 'failed'>;
}

/** Seconds that one request may take. */
const REQUEST_TIMEOUT_S = 3;

const notFoundSchema = v.object({ status: v.literal(404) });

export interface SfuCredentials {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: BearerSecret;
}

/** LiveKit's server API, with the keys that a worker has anyway. */
function roomsOf({ url, apiKey, apiSecret }: SfuCredentials): RoomServiceClient {
  return new RoomServiceClient(url, apiKey, apiSecret.expose(), { requestTimeout: REQUEST_TIMEOUT_S, failover: false });
}

export function createSeatRemoval(sfu: SfuCredentials): SeatRemoval {
  const rooms = roomsOf(sfu);
  return {
    async remove(sfuRoomName, identity) {
      try {
        await rooms.removeParticipant(sfuRoomName, identity);
        return 'removed';
      } catch (cause) {
        return v.is(notFoundSchema, cause) ? 'absent' : 'failed';
      }
    },
  };
}

/** Marks the room of a probe; says whether it did. Never rejects. */
export function createProbeAnswer(sfu: SfuCredentials): (room: string) => Promise<boolean> {
  const rooms = roomsOf(sfu);
  return async (room) => {
    if (!room.startsWith(PROBE_ROOM_PREFIX)) return false;
    try {
      await rooms.updateRoomMetadata(room, AGENT_PRESENT);
      return true;
    } catch {
      return false;
    }
  };
}
