import type { Clock, Logger, SfuRoomName } from '@oracle-calls/protocol';
import type { BackgroundWork } from '../background/background-work.ts';
import { errorFields } from '../background/error-fields.ts';
import type { Call } from '../calls/call.ts';
import type { CallObserver } from '../calls/call-service.ts';
import type { Deadlines } from '../deadlines/deadlines.ts';
import type { Store } from '../store/store.ts';
import type { SfuControl } from './sfu-control.ts';

/** How long an SFU room may stand without a call event, in milliseconds: far longer than Matrix takes to deliver one. */
export const ORPHAN_ROOM_MS = 30_000;

/** Pause before another attempt to delete a room that the SFU did not delete. */
const DELETE_RETRY_MS = 10_000;

export interface RoomKeeperDeps {
  readonly sfu: SfuControl;
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  readonly background: BackgroundWork;
}

/** Sees to it that no SFU room outlives its call, or stands without one. */
export class RoomKeeper implements CallObserver {
  readonly #deps: RoomKeeperDeps;

  constructor(deps: RoomKeeperDeps) {
    this.#deps = deps;
  }

  onAccepted(call: Call): void {
    this.#deps.deadlines.clear(`orphan:${call.sfuRoomName}`);
  }

  onEnded(call: Call): void {
    this.#deps.background.run('close room', () => this.close(call.sfuRoomName));
  }

  /** Gives the call event of a room that was asked for `ORPHAN_ROOM_MS` to come. */
  expectCall(sfuRoomName: SfuRoomName): void {
    const { deadlines, background, store, logger } = this.#deps;
    deadlines.set(`orphan:${sfuRoomName}`, ORPHAN_ROOM_MS, () => {
      background.run('orphan room', async () => {
        if ((await store.calls.findBySfuRoomName(sfuRoomName)) !== undefined) return;
        logger.info('room without a call is closed', { sfuRoomName });
        await this.close(sfuRoomName);
      });
    });
  }

  /** Deletes the room, now or when the SFU answers again; its ticket is worthless at once. */
  async close(sfuRoomName: SfuRoomName): Promise<void> {
    const { sfu, store, clock, logger, deadlines, background } = this.#deps;
    deadlines.clear(`orphan:${sfuRoomName}`);
    try {
      await sfu.deleteRoom(sfuRoomName);
    } catch (error) {
      logger.warn('room not deleted', { sfuRoomName, ...errorFields(error) });
      deadlines.set(`delete:${sfuRoomName}`, DELETE_RETRY_MS, () => {
        background.run('close room', () => this.close(sfuRoomName));
      });
      return;
    }
    await store.sfuRooms.markClosed(sfuRoomName, clock.now());
  }

  /** After a restart: rooms of ended calls are closed, rooms without a call get their time again. */
  async resume(): Promise<void> {
    const { store } = this.#deps;
    for (const room of await store.sfuRooms.listUnclosed()) {
      const call = await store.calls.findBySfuRoomName(room.name);
      if (call === undefined) this.expectCall(room.name);
      else if (call.callStatus === 'ended') await this.close(room.name);
    }
  }
}
