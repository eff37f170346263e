import { BearerSecret, OracleCallError, type SfuRoomName } from '@oracle-calls/protocol';

/** A participant of a {@link FakeSfuControl} room. */
export interface FakeSfuParticipant {
  readonly identity: string;
  readonly isAgent: boolean;
}

export interface FakeSfuControlRoom {
  /** The name by which the latest agent was called; none while an agent was only on its way. */
  agentName: string | undefined;
  /** The ticket that the latest agent was dispatched with; none while an agent was only on its way. */
  agentTicket: BearerSecret | undefined;
  readonly participants: FakeSfuParticipant[];
}

export interface FakeSfuNotice {
  readonly webhookId: string;
  readonly kind: 'participant-joined' | 'participant-left' | 'room-finished' | 'other';
  readonly sfuRoomName: SfuRoomName | undefined;
  readonly participant: FakeSfuParticipant | undefined;
}

/** The SFU as the backend sees it, in memory. It outlives a restart of the backend, as the real one does. */
export class FakeSfuControl {
  readonly rooms = new Map<SfuRoomName, FakeSfuControlRoom>();
  /** Rooms made, deleted and asked about, in order. */
  readonly log: string[] = [];
  /** While set, every request is refused. */
  isDown = false;
  /** While set, rooms are made only when this resolves. */
  holdCreation: Promise<void> | undefined;
  /** The notices that `receiveWebhook` knows, by their body. */
  readonly notices = new Map<string, FakeSfuNotice>();

  async createRoom(
    {
      sfuRoomName,
      agentName,
      agentTicket,
    }: { readonly sfuRoomName: SfuRoomName; readonly agentName: string; readonly agentTicket: BearerSecret },
    agent: 'dispatch' | 'on-its-way',
  ): Promise<void> {
    this.log.push(`create ${sfuRoomName}`);
    await this.holdCreation;
    this.#request();
    if (this.rooms.has(sfuRoomName)) return;
    const called = agent === 'dispatch' ? { agentName, agentTicket } : { agentName: undefined, agentTicket: undefined };
    this.rooms.set(sfuRoomName, { ...called, participants: [] });
  }

  async dispatchAgent({
    sfuRoomName,
    agentName,
    agentTicket,
  }: {
    readonly sfuRoomName: SfuRoomName;
    readonly agentName: string;
    readonly agentTicket: BearerSecret;
  }): Promise<void> {
    await Promise.resolve();
    this.log.push(`dispatch ${sfuRoomName}`);
    this.#request();
    const room = this.rooms.get(sfuRoomName);
    if (room === undefined) throw new OracleCallError('ERR_UPSTREAM_SFU');
    room.agentName = agentName;
    room.agentTicket = agentTicket;
  }

  async deleteRoom(sfuRoomName: SfuRoomName): Promise<void> {
    await Promise.resolve();
    this.log.push(`delete ${sfuRoomName}`);
    this.#request();
    this.rooms.delete(sfuRoomName);
  }

  async listParticipants(sfuRoomName: SfuRoomName): Promise<readonly FakeSfuParticipant[]> {
    await Promise.resolve();
    this.#request();
    return [...(this.rooms.get(sfuRoomName)?.participants ?? [])];
  }

  createJoinToken({
    sfuRoomName,
    identity,
    ttlMs,
  }: {
    readonly sfuRoomName: SfuRoomName;
    readonly identity: string;
    readonly ttlMs: number;
  }): Promise<BearerSecret> {
    return Promise.resolve(new BearerSecret(`${sfuRoomName}/${identity}/${String(ttlMs)}`, 'join token'));
  }

  receiveWebhook(body: string, authorization: string): Promise<FakeSfuNotice> {
    const notice = this.notices.get(body);
    return authorization === 'signed' && notice !== undefined
      ? Promise.resolve(notice)
      : Promise.reject(new OracleCallError('ERR_AUTH_INVALID'));
  }

  async ping(): Promise<void> {
    await Promise.resolve();
    this.#request();
  }

  #request(): void {
    if (this.isDown) throw new OracleCallError('ERR_UPSTREAM_SFU');
  }
}
