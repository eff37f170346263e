import type { ReadableStream } from 'node:stream/web';
import { AudioStream, EncryptionType, RemoteTrackPublication, RoomEvent, TrackKind } from '@livekit/rtc-node';
import type { AudioFrame, RemoteParticipant, Room } from '@livekit/rtc-node';
import { OracleCallError } from '@oracle-calls/protocol';
import { RECOGNISER_SAMPLE_RATE } from '../../speech/recogniser/recogniser.ts';
import type { RefusalReason, SeatNotice } from './sfu-seat.ts';

/** Who is listened to. Nothing of anybody is subscribed before. */
export class Admission {
  readonly #room: Room;
  readonly #observe: (notice: SeatNotice) => void;
  readonly #admitted = new Set<string>();

  constructor(room: Room, observe: (notice: SeatNotice) => void) {
    this.#room = room;
    this.#observe = observe;
    room.on(RoomEvent.TrackPublished, (publication, participant) => this.#consider(publication, participant));
    room.on(RoomEvent.TrackSubscribed, (track, publication, { identity }) => {
      if (this.#refusal(publication, identity) !== undefined) return;
      const audio = new AudioStream(track, { sampleRate: RECOGNISER_SAMPLE_RATE, numChannels: 1 });
      // The same class by two names: where the DOM's types are about, its streams and Node's differ in a detail.
      const stream = audio as ReadableStream<AudioFrame>;
      observe({ kind: 'user-audio', participantIdentity: identity, stream });
    });
  }

  isAdmitted(participantIdentity: string): boolean {
    return this.#admitted.has(participantIdentity);
  }

  /** @throws {OracleCallError} `ERR_INTERNAL` when the seat is not in the room */
  admit(participantIdentity: string): void {
    if (!this.#room.isConnected) throw new OracleCallError('ERR_INTERNAL', 'The agent is not in the room.');
    const isFirst = this.#admitted.size === 0;
    this.#admitted.add(participantIdentity);
    for (const participant of this.#room.remoteParticipants.values()) {
      // Whoever published before anybody was admitted is told as a stranger now.
      if (!isFirst && participant.identity !== participantIdentity) continue;
      for (const publication of participant.trackPublications.values()) {
        if (publication instanceof RemoteTrackPublication) this.#consider(publication, participant);
      }
    }
  }

  #consider(publication: RemoteTrackPublication, participant: RemoteParticipant | undefined): void {
    // Nobody is a stranger as long as nobody was admitted.
    if (this.#admitted.size === 0) return;
    const participantIdentity = participant?.identity ?? '';
    const reason = this.#refusal(publication, participantIdentity);
    if (reason === undefined) publication.setSubscribed(true);
    else this.#observe({ kind: 'refused', participantIdentity, reason });
  }

  #refusal(publication: RemoteTrackPublication, participantIdentity: string): RefusalReason | undefined {
    if (!this.#admitted.has(participantIdentity)) return 'stranger';
    if (publication.kind !== TrackKind.KIND_AUDIO) return 'not-audio';
    return publication.encryptionType === EncryptionType.GCM ? undefined : 'not-encrypted';
  }
}
