import {
  AudioStream,
  DisconnectReason,
  EncryptionType,
  LocalAudioTrack,
  RemoteTrackPublication,
  Room,
  RoomEvent,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import type { LocalTrackPublication, RemoteParticipant, RemoteTrack } from '@livekit/rtc-node';
import { OracleCallError } from '@oracle-calls/protocol';
import type { SecretBytes } from '@oracle-calls/protocol';
import { RECOGNISER_SAMPLE_RATE } from '../../speech/recogniser/recogniser.ts';
import type { TrackEvidence } from '../call-statistics.ts';
import { sampleEvidence } from './media-evidence.ts';
import { ENCRYPTED_ROOM_OPTIONS, setParticipantKey } from './participant-keys.ts';
import type { AdmittedUser, RefusalReason, SeatNotice, SfuSeat } from './sfu-seat.ts';
import { TrackSpeaker } from './track-speaker.ts';

/** Reasons of the SFU that mean "on purpose", for us and for the user: nobody is waited for, nothing has to be reported. */
const ON_PURPOSE: readonly DisconnectReason[] = [
  DisconnectReason.CLIENT_INITIATED,
  DisconnectReason.ROOM_DELETED,
  DisconnectReason.ROOM_CLOSED,
  DisconnectReason.PARTICIPANT_REMOVED,
];

/** A seat in a LiveKit room, on `rtc-node`. Subscribes to nothing but the admitted user's encrypted audio. */
export class LiveKitSeat implements SfuSeat {
  readonly speaker = new TrackSpeaker();
  readonly #room = new Room();
  readonly #url: string;
  readonly #token: string;
  #publication: LocalTrackPublication | undefined;
  /** Identities whose media key is set. */
  readonly #keyed = new Set<string>();
  #closing: Promise<void> | undefined;

  /** `token` is the join token that LiveKit gave the worker for this job. */
  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async join(onStage: (stage: 'connected' | 'published') => void): Promise<void> {
    try {
      await this.#room.connect(this.#url, this.#token, {
        autoSubscribe: false,
        dynacast: false,
        ...ENCRYPTED_ROOM_OPTIONS,
      });
      onStage('connected');
      const track = LocalAudioTrack.createAudioTrack('voice', this.speaker.source);
      const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
      this.#publication = await this.#room.localParticipant?.publishTrack(track, options);
      onStage('published');
    } catch (cause) {
      throw new OracleCallError('ERR_MEDIA_CONNECT', undefined, { cause });
    }
    // The SFU can answer that a track is not encrypted, and the library then sends it in the clear.
    if (this.#publication?.encryptionType !== EncryptionType.GCM) throw new OracleCallError('ERR_MEDIA_UNENCRYPTED');
  }

  admit(user: AdmittedUser, observe: (notice: SeatNotice) => void): void {
    const room = this.#room;
    const self = room.localParticipant;
    if (self === undefined) throw new OracleCallError('ERR_INTERNAL', 'The agent is not in the room.');
    this.#setKey(self.identity, user.sendKey);
    this.#setKey(user.identity, user.receiveKey);
    this.speaker.setMuted(false);

    room.on(RoomEvent.ParticipantConnected, (participant) => {
      if (participant.identity === user.identity) observe({ kind: 'user-here' });
    });
    room.on(RoomEvent.ParticipantDisconnected, (participant) => {
      if (participant.identity !== user.identity) return;
      const reason = participant.info.disconnectReason ?? DisconnectReason.UNKNOWN_REASON;
      observe({ kind: 'user-gone', isDeliberate: ON_PURPOSE.includes(reason) });
    });
    room.on(RoomEvent.TrackPublished, (publication, participant) => {
      this.#consider(publication, participant, user, observe);
    });
    room.on(RoomEvent.TrackSubscribed, (track, publication, participant) => {
      if (this.#refusal(publication, participant, user) === undefined) {
        observe({ kind: 'user-audio', stream: streamOf(track) });
      }
    });
    room.on(RoomEvent.Disconnected, (reason) => {
      observe({ kind: 'seat-lost', isDeliberate: ON_PURPOSE.includes(reason) });
    });
    void this.#publication?.waitForSubscription().then(() => observe({ kind: 'voice-subscribed' }));

    // What happened before anybody listened.
    if (!room.isConnected) {
      observe({ kind: 'seat-lost', isDeliberate: false });
      return;
    }
    for (const participant of room.remoteParticipants.values()) {
      if (participant.identity === user.identity) observe({ kind: 'user-here' });
      for (const publication of participant.trackPublications.values()) {
        if (publication instanceof RemoteTrackPublication) this.#consider(publication, participant, user, observe);
      }
    }
  }

  sampleEvidence(): Promise<TrackEvidence[]> {
    return sampleEvidence(this.#room, this.#keyed);
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.speaker.setMuted(true);
      await this.#room.disconnect();
      await this.speaker.close();
    })();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #setKey(identity: string, key: SecretBytes): void {
    setParticipantKey(this.#room, identity, key);
    this.#keyed.add(identity);
  }

  #consider(
    publication: RemoteTrackPublication,
    participant: RemoteParticipant,
    user: AdmittedUser,
    observe: (notice: SeatNotice) => void,
  ): void {
    const reason = this.#refusal(publication, participant, user);
    if (reason === undefined) publication.setSubscribed(true);
    else observe({ kind: 'refused', reason });
  }

  #refusal(
    publication: RemoteTrackPublication,
    participant: RemoteParticipant | undefined,
    user: AdmittedUser,
  ): RefusalReason | undefined {
    if (participant?.identity !== user.identity) return 'stranger';
    if (publication.kind !== TrackKind.KIND_AUDIO) return 'not-audio';
    return publication.encryptionType === EncryptionType.GCM ? undefined : 'not-encrypted';
  }
}

function streamOf(track: RemoteTrack): AudioStream {
  return new AudioStream(track, { sampleRate: RECOGNISER_SAMPLE_RATE, numChannels: 1 });
}
