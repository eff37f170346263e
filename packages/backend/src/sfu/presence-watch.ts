import type { Logger, SfuRoomName } from '@oracle-calls/protocol';
import type { BackgroundWork } from '../background/background-work.ts';
import { errorFields } from '../background/error-fields.ts';
import type { Call } from '../calls/call.ts';
import type { CallObserver, CallService } from '../calls/call-service.ts';
import type { Deadlines } from '../deadlines/deadlines.ts';
import type { SfuRoom } from '../store/sfu-room-store.ts';
import type { Store } from '../store/store.ts';
import type { AgentReplacement } from './agent-replacement.ts';
import type { SfuControl, SfuNotice, SfuParticipant } from './sfu-control.ts';

/** How long a participant that vanished may take to come back, in milliseconds. */
export const VANISH_MS = 15_000;

/** The two sides of a call. */
type Side = 'user' | 'agent';
const SIDES: readonly Side[] = ['user', 'agent'];

export interface PresenceWatchDeps {
  readonly sfu: SfuControl;
  readonly store: Store;
  readonly calls: CallService;
  readonly replacement: AgentReplacement;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  readonly background: BackgroundWork;
}

const isSide = (side: Side, room: SfuRoom, { identity, isAgent }: SfuParticipant): boolean =>
  side === 'user' ? identity === room.userIdentity : isAgent;

/**
 * Ends a call as `connection-lost` when one of its two sides has left the SFU room and does not come back in time. An agent does not
 * come back: another is called at once, and has the same time.
 */
export class PresenceWatch implements CallObserver {
  readonly #deps: PresenceWatchDeps;

  constructor(deps: PresenceWatchDeps) {
    this.#deps = deps;
  }

  onEnded(call: Call): void {
    for (const side of SIDES) this.#deps.deadlines.clear(this.#name(side, call.sfuRoomName));
  }

  /** Takes a verified webhook. Strangers in a room, and rooms of others, are nobody's vanishing. */
  async notice({ kind, sfuRoomName, participant }: SfuNotice): Promise<void> {
    const { store, deadlines, replacement } = this.#deps;
    if (sfuRoomName === undefined || kind === 'other') return;
    const room = await store.sfuRooms.find(sfuRoomName);
    if (room === undefined || room.closedAt !== undefined) return;
    for (const side of SIDES) {
      const isHit = kind === 'room-finished' || (participant !== undefined && isSide(side, room, participant));
      if (!isHit) continue;
      if (kind === 'participant-joined') deadlines.clear(this.#name(side, sfuRoomName));
      else await this.#arm(side, room);
    }
    if (participant === undefined) return;
    const { identity, isAgent } = participant;
    const agent = { sfuRoomName, userIdentity: room.userIdentity };
    if (kind === 'participant-left' && isAgent) replacement.vanished({ ...agent, identity });
    if (kind === 'participant-joined' && isAgent) replacement.arrived(sfuRoomName);
    // An agent is not replaced while there is nobody to talk to, so that it is looked for when the user is back.
    const isUserBack = kind === 'participant-joined' && isSide('user', room, participant);
    if (isUserBack && deadlines.has(this.#name('agent', sfuRoomName))) {
      replacement.vanished({ ...agent, identity: undefined });
    }
  }

  /** After a restart nobody knows who left in between: whoever is missing now gets the usual time. */
  async resume(): Promise<void> {
    const { store, sfu, logger, replacement } = this.#deps;
    for (const call of await store.calls.listLive()) {
      const room = await store.sfuRooms.find(call.sfuRoomName);
      if (room?.openedAt === undefined || room.closedAt !== undefined) continue;
      let present: readonly SfuParticipant[] = [];
      try {
        present = await sfu.listParticipants(room.name);
      } catch (error) {
        logger.warn('participants unknown', { callId: call.callId, ...errorFields(error) });
      }
      for (const side of SIDES) {
        if (!present.some((participant) => isSide(side, room, participant))) await this.#arm(side, room);
      }
      const agent = { sfuRoomName: room.name, userIdentity: room.userIdentity, identity: undefined };
      if (!present.some(({ isAgent }) => isAgent)) replacement.vanished(agent);
    }
  }

  async #arm(side: Side, room: SfuRoom): Promise<void> {
    const { store, deadlines, background } = this.#deps;
    // A room without a live call has nothing to lose; its own deadline closes it.
    const call = await store.calls.findBySfuRoomName(room.name);
    if (call === undefined || call.callStatus === 'ended') return;
    deadlines.set(this.#name(side, room.name), VANISH_MS, () => {
      background.run('vanish', () => this.#decide(side, room));
    });
  }

  async #decide(side: Side, room: SfuRoom): Promise<void> {
    const { sfu, store, calls, logger } = this.#deps;
    const call = await store.calls.findBySfuRoomName(room.name);
    if (call === undefined || call.callStatus === 'ended') return;
    try {
      // Webhooks may be late or lost: the SFU itself is asked before a call is taken from anybody.
      const present = await sfu.listParticipants(room.name);
      if (present.some((participant) => isSide(side, room, participant))) return;
    } catch (error) {
      logger.warn('participants unknown', { callId: call.callId, ...errorFields(error) });
      await this.#arm(side, room);
      return;
    }
    logger.info('participant vanished', { callId: call.callId, side });
    await calls.end(call, 'connection-lost', 'backend');
  }

  #name(side: Side, sfuRoomName: SfuRoomName): string {
    return `vanish:${side}:${sfuRoomName}`;
  }
}
