import { EventEmitter } from 'node:events';
import { DataPacketKind, RoomEvent } from '@livekit/rtc-node';
import type { Room } from '@livekit/rtc-node';
import { FfiEvent } from '@livekit/rtc-ffi-bindings';
import { FRAME_TOPIC } from '@oracle-calls/protocol/handshake';
import type { DroppedKind, SeatNotice } from './sfu-seat.ts';

/** The binding's events that `rtc-node` 1.1.0 drops by itself when nobody asked for them. */
const UNHEARD: Readonly<Record<string, DroppedKind>> = {
  textStreamOpened: 'stream',
  byteStreamOpened: 'stream',
  dataTrackPublished: 'stream',
  transcriptionReceived: 'transcription',
};

/** What of a call's data is looked at: frames of the one topic in a strict call, none in a call of the older protocol. */
export type DataRule = 'frames' | 'none';

/** Everything in a room that is not sound: frames are told, the rest is dropped unread and counted. */
export class RoomData {
  readonly dropped: Record<DroppedKind, number> = { 'other-topic': 0, stream: 0, transcription: 0, chat: 0, dtmf: 0 };

  constructor(room: Room, rule: DataRule, observe: (notice: SeatNotice) => void) {
    room.on(RoomEvent.DataReceived, (payload, participant, kind, topic) => {
      if (rule === 'none' || topic !== FRAME_TOPIC || kind !== DataPacketKind.KIND_RELIABLE) {
        this.dropped['other-topic'] += 1;
        return;
      }
      observe({ kind: 'frame', participantIdentity: participant?.identity, frame: new Uint8Array(payload) });
    });
    room.on(RoomEvent.ChatMessage, () => void (this.dropped.chat += 1));
    room.on(RoomEvent.DtmfReceived, () => void (this.dropped.dtmf += 1));
  }

  /** Counts what the room's own events do not tell. After the room has connected; dispose when it is left. */
  countUnheard(room: Room): Disposable {
    const handle: unknown = Reflect.get(Object(Reflect.get(room, 'ffiHandle')), 'handle');
    const binding: unknown = Reflect.get(globalThis, '_ffiClientInstance');
    const count = (event: unknown): void => {
      if (!(event instanceof FfiEvent) || event.message.case !== 'roomEvent') return;
      const { roomHandle, message } = event.message.value;
      const kind = roomHandle === handle ? UNHEARD[message.case ?? ''] : undefined;
      if (kind !== undefined) this.dropped[kind] += 1;
    };
    if (binding instanceof EventEmitter) binding.on('ffi_event', count);
    return {
      [Symbol.dispose]: () => {
        if (binding instanceof EventEmitter) binding.off('ffi_event', count);
      },
    };
  }
}
