import type { BearerSecret, SfuRoomName } from '@oracle-calls/protocol';

/** A participant as the SFU sees it. */
export interface SfuParticipant {
  readonly identity: string;
  readonly isAgent: boolean;
}

export interface NewSfuRoom {
  readonly sfuRoomName: SfuRoomName;
  /** The name under which the agent workers of the call's oracle register. */
  readonly agentName: string;
  /** All that the dispatched agent is told besides the room's name. */
  readonly agentTicket: BearerSecret;
}

/** How an agent comes into a new room: called by the SFU, or on its way already. */
export type RoomAgent = 'dispatch' | 'on-its-way';

export interface NewJoinToken {
  readonly sfuRoomName: SfuRoomName;
  readonly identity: string;
  readonly ttlMs: number;
}

/** What the SFU tells through its webhook, as far as calls care. */
export interface SfuNotice {
  /** The SFU's id of the webhook: the same for each repetition. */
  readonly webhookId: string;
  readonly kind: 'participant-joined' | 'participant-left' | 'room-finished' | 'other';
  readonly sfuRoomName: SfuRoomName | undefined;
  readonly participant: SfuParticipant | undefined;
}

/** What the backend needs of the SFU. Rejections are `ERR_UPSTREAM_SFU` unless said otherwise. */
export interface SfuControl {
  /** Makes the room, and dispatches one agent to it unless one is on its way. Making a room that is there changes nothing. */
  createRoom(room: NewSfuRoom, agent: RoomAgent): Promise<void>;
  /** Dispatches another agent to a room that is there. */
  dispatchAgent(room: NewSfuRoom): Promise<void>;
  /** Puts everybody out. A room that is not there is deleted already. */
  deleteRoom(sfuRoomName: SfuRoomName): Promise<void>;
  /** Who is in the room; nobody when there is none. */
  listParticipants(sfuRoomName: SfuRoomName): Promise<readonly SfuParticipant[]>;
  /** A token to join one room under one identity, and nothing else. Made locally. */
  createJoinToken(request: NewJoinToken): Promise<BearerSecret>;
  /** Checks a webhook's signature over its body. @throws `ERR_AUTH_INVALID`, `ERR_PROTOCOL_MALFORMED` */
  receiveWebhook(body: string, authorization: string): Promise<SfuNotice>;
  /** Resolves when the SFU answers. */
  ping(): Promise<void>;
}
