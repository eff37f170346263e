import {
  AccessToken,
  AgentDispatchClient,
  RoomAgentDispatch,
  RoomServiceClient,
  TrackSource,
  WebhookReceiver,
  type WebhookEvent,
} from 'livekit-server-sdk';
import * as v from 'valibot';
import { BearerSecret, OracleCallError, sfuRoomNameSchema } from '@oracle-calls/protocol';
import type { SfuControl, SfuNotice, SfuParticipant } from './sfu-control.ts';

export interface LiveKitSfuControlOptions {
  /** HTTP address of the server's API. */
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly apiSecret: BearerSecret;
}

/** Seconds: a user waits for the answer, so a slower SFU counts as absent. */
const REQUEST_TIMEOUT_S = 5;

/** Seconds the room stays without anybody before the first comes: the backend deletes it earlier when no call follows. */
const EMPTY_TIMEOUT_S = 60;

/** Seconds the room outlives its last participant: longer than the 15 s in which a vanished one may come back. */
const DEPARTURE_TIMEOUT_S = 30;

/** No worker has this name. A room that names no agent at all would get every nameless one of the SFU. */
const NOBODY = 'oracle-calls:nobody';

/** What a call may carry of the user's. */
const USER_SOURCES = [TrackSource.MICROPHONE, TrackSource.CAMERA, TrackSource.SCREEN_SHARE];

/** `ParticipantInfo.Kind.AGENT` of livekit_models.proto. */
const PARTICIPANT_KIND_AGENT = 4;

const KINDS: Readonly<Record<string, SfuNotice['kind']>> = {
  participant_joined: 'participant-joined',
  participant_left: 'participant-left',
  participant_connection_aborted: 'participant-left',
  room_finished: 'room-finished',
};

const notFoundSchema = v.object({ status: v.literal(404) });

async function upstream<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (cause) {
    throw new OracleCallError('ERR_UPSTREAM_SFU', undefined, { cause });
  }
}

/** For a room that is not there the API says 404, which here is an answer. */
async function orWhenAbsent<T>(request: Promise<T>, absent: T): Promise<T> {
  try {
    return await request;
  } catch (cause) {
    if (v.is(notFoundSchema, cause)) return absent;
    throw cause;
  }
}

const toParticipant = ({ identity, kind }: { identity: string; kind: number }): SfuParticipant => ({
  identity,
  isAgent: kind === PARTICIPANT_KIND_AGENT,
});

function toNotice(event: WebhookEvent): SfuNotice {
  const name = v.safeParse(sfuRoomNameSchema, event.room?.name);
  return {
    webhookId: event.id,
    kind: KINDS[event.event] ?? 'other',
    // Rooms with other names are not ours: the SFU may serve others as well.
    sfuRoomName: name.success ? name.output : undefined,
    participant: event.participant === undefined ? undefined : toParticipant(event.participant),
  };
}

/** LiveKit's server API as a {@link SfuControl}. */
export function createLiveKitSfuControl({ apiUrl, apiKey, apiSecret }: LiveKitSfuControlOptions): SfuControl {
  const rooms = new RoomServiceClient(apiUrl, apiKey, apiSecret.expose(), {
    requestTimeout: REQUEST_TIMEOUT_S,
    failover: false,
  });
  const dispatches = new AgentDispatchClient(apiUrl, apiKey, apiSecret.expose(), {
    requestTimeout: REQUEST_TIMEOUT_S,
    failover: false,
  });
  const webhooks = new WebhookReceiver(apiKey, apiSecret.expose());

  return {
    async createRoom({ sfuRoomName, agentName, agentTicket }, agent) {
      await upstream(
        rooms.createRoom({
          name: sfuRoomName,
          emptyTimeout: EMPTY_TIMEOUT_S,
          departureTimeout: DEPARTURE_TIMEOUT_S,
          agents: [
            agent === 'dispatch'
              ? new RoomAgentDispatch({ agentName, metadata: agentTicket.expose() })
              : new RoomAgentDispatch({ agentName: NOBODY }),
          ],
        }),
      );
    },
    async dispatchAgent({ sfuRoomName, agentName, agentTicket }) {
      await upstream(dispatches.createDispatch(sfuRoomName, agentName, { metadata: agentTicket.expose() }));
    },
    deleteRoom: (sfuRoomName) => upstream(orWhenAbsent(rooms.deleteRoom(sfuRoomName), undefined)),
    async listParticipants(sfuRoomName) {
      const participants = await upstream(orWhenAbsent(rooms.listParticipants(sfuRoomName), []));
      return participants.map(toParticipant);
    },
    async createJoinToken({ sfuRoomName, identity, ttlMs }) {
      const token = new AccessToken(apiKey, apiSecret.expose(), { identity, ttl: Math.ceil(ttlMs / 1000) });
      token.addGrant({
        roomJoin: true,
        room: sfuRoomName,
        canPublish: true,
        // A list allows what it names and nothing else.
        canPublishSources: USER_SOURCES,
        canSubscribe: true,
        canPublishData: true,
        // Left out, LiveKit decides; said, it cannot.
        canUpdateOwnMetadata: false,
        hidden: false,
      });
      return new BearerSecret(await token.toJwt(), 'join token');
    },
    async receiveWebhook(body, authorization) {
      try {
        const event = await webhooks.receive(body, authorization);
        if (event.id !== '') return toNotice(event);
      } catch {
        // The library does not tell a wrong signature from a signed text that is no event; neither is let in.
        throw new OracleCallError('ERR_AUTH_INVALID', 'The webhook is not signed by the media server.');
      }
      throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'The webhook has no id.');
    },
    async ping() {
      // A name that no room of ours can have keeps the answer empty.
      await upstream(rooms.listRooms(['_']));
    },
  };
}
