import { OracleCallError } from '@oracle-calls/protocol';
import { FRAME_TOPIC } from '@oracle-calls/protocol/handshake';
import type { FrameKeys, SendFrame } from '@oracle-calls/protocol/secure-link';
import type { TrackEvidence, TrackSample } from './track-evidence.ts';
import { ENCRYPTED_ROOM_OPTIONS } from './participant-keys.ts';
import { RoomKeys } from './room-keys.ts';
import { RoomSeat } from './room-seat.ts';
import type { SeatAddress } from './room-seat.ts';
import type { PictureOutput, PictureSize } from './picture-source.ts';
import type { CallerSeat, DroppedKind, MutableSpeaker, SeatEvents, SeenPicture, SfuSeat } from './sfu-seat.ts';

/** A seat of a strict call: keys by direction and slot, frames as data packets. */
export class LiveKitSeat implements CallerSeat {
  readonly frameKeys: FrameKeys;
  readonly #seat: RoomSeat;

  /** @throws {OracleCallError} `ERR_MEDIA_CONNECT` when the token names nobody */
  constructor(address: SeatAddress) {
    this.#seat = new RoomSeat({
      ...address,
      encryption: ENCRYPTED_ROOM_OPTIONS,
      data: 'frames',
      keyed: () => keys.keyed,
      wasKeyed: () => keys.wasKeyed,
    });
    const keys = new RoomKeys(this.#seat.room, this.#seat.identity, this.#seat.gate);
    this.frameKeys = keys;
  }

  get speaker(): MutableSpeaker {
    return this.#seat.speaker;
  }

  get identity(): string {
    return this.#seat.identity;
  }

  get dropped(): Readonly<Record<DroppedKind, number>> {
    return this.#seat.dropped;
  }

  readonly sendFrame: SendFrame = async (frame, participantIdentity) => {
    const self = this.#seat.room.localParticipant;
    if (self === undefined) throw new OracleCallError('ERR_MEDIA_CONNECT', 'Nobody sits in the room.');
    // The binding reads the bytes' memory, so they must be all of it.
    await self.publishData(new Uint8Array(frame), {
      reliable: true,
      topic: FRAME_TOPIC,
      destination_identities: [participantIdentity],
    });
  };

  join(events: SeatEvents): Promise<void> {
    return this.#seat.join(events);
  }

  admit(participantIdentity: string): void {
    this.#seat.admit(participantIdentity);
  }

  refuse(participantIdentity: string): void {
    this.#seat.refuse(participantIdentity);
  }

  look(participantIdentity: string): Promise<SeenPicture | undefined> {
    return this.#seat.look(participantIdentity);
  }

  showPicture(size: PictureSize): Promise<PictureOutput> {
    return this.#seat.showPicture(size);
  }

  sampleTracks(): Promise<readonly TrackSample[]> {
    return this.#seat.sampleTracks();
  }

  sampleEvidence(): Promise<readonly TrackEvidence[]> {
    return this.#seat.sampleEvidence();
  }

  close(): Promise<void> {
    return this.#seat.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** @throws {OracleCallError} `ERR_MEDIA_CONNECT` when the token names nobody */
export function createSeat(address: SeatAddress): SfuSeat {
  return new LiveKitSeat(address);
}

/**
 * A seat for whoever calls an oracle.
 *
 * @throws {OracleCallError} `ERR_MEDIA_CONNECT` when the token names nobody
 */
export function createCallerSeat(address: SeatAddress): CallerSeat {
  return new LiveKitSeat(address);
}
