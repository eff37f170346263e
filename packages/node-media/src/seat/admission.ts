import type { ReadableStream } from 'node:stream/web';
import { AudioStream, EncryptionType, RemoteTrackPublication, RoomEvent, TrackKind } from '@livekit/rtc-node';
import type { AudioFrame, RemoteParticipant, Room } from '@livekit/rtc-node';
import { OracleCallError } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';
import { EarGate, STATISTICS_AGE_MS } from './ear-gate.ts';
import type { PacketCounts } from './ear-gate.ts';
import { inboundAudioOf, inboundPacketsOf } from './media-evidence.ts';
import { frameCryptorsOf } from './participant-keys.ts';
import type { RefusalReason, SeatNotice } from './sfu-seat.ts';

/** Hertz that recognisers of speech take. */
export const SPEECH_SAMPLE_RATE = 16_000;

export interface AdmissionOptions {
  readonly room: Room;
  readonly observe: (notice: SeatNotice) => void;
  readonly clock: Clock;
  /** Aborts when the seat is left. */
  readonly closing: AbortSignal;
  /** Hertz of what is heard; {@link SPEECH_SAMPLE_RATE} when absent. */
  readonly earSampleRate?: number | undefined;
}

/** Who is listened to. Nothing of anybody is subscribed before. */
export class Admission {
  readonly #room: Room;
  readonly #observe: (notice: SeatNotice) => void;
  readonly #admitted = new Set<string>();
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  /** Of everybody who was ever heard, by participant. */
  readonly #ears = new Map<string, Set<EarGate>>();
  /** Samples that had been heard in the room when nothing of before the cryptor could be left of a track, by track. */
  readonly #sealedFrom = new Map<string, number>();
  /** What had come in when a track was asked for. */
  readonly #before = new WeakMap<RemoteTrackPublication, PacketCounts>();

  constructor({ room, observe, clock, closing, earSampleRate = SPEECH_SAMPLE_RATE }: AdmissionOptions) {
    this.#room = room;
    this.#observe = observe;
    this.#clock = clock;
    this.#closing = closing;
    room.on(RoomEvent.TrackPublished, (publication, participant) => this.#consider(publication, participant));
    room.on(RoomEvent.TrackSubscribed, (track, publication, { identity }) => {
      if (this.#refusal(publication, identity) !== undefined) return;
      const audio = new AudioStream(track, { sampleRate: earSampleRate, numChannels: 1 });
      // The same class by two names: where the DOM's types are about, its streams and Node's differ in a detail.
      const sound = audio as ReadableStream<AudioFrame>;
      const stream = this.#earOf(publication, identity).through(sound);
      observe({ kind: 'user-audio', participantIdentity: identity, stream });
    });
  }

  /** A gate that opens once nothing can be heard that came before the track's frame cryptor. */
  #earOf(publication: RemoteTrackPublication, identity: string): EarGate {
    const room = this.#room;
    const track = {
      identity,
      trackSid: publication.sid,
      cryptors: () => frameCryptorsOf(room),
      packets: () => inboundPacketsOf(room),
    };
    const gate = new EarGate(track, this.#clock);
    this.#ears.set(identity, (this.#ears.get(identity) ?? new Set()).add(gate));
    // When it fails, the room is gone, and its sound with it.
    this.#open(gate, publication, identity).catch(() => undefined);
    return gate;
  }

  async #open(gate: EarGate, publication: RemoteTrackPublication, identity: string): Promise<void> {
    const isOpen = await gate.open(this.#before.get(publication) ?? new Map(), this.#closing);
    if (!isOpen) {
      this.#observe({ kind: 'refused', participantIdentity: identity, reason: 'not-encrypted' });
      return;
    }
    await this.#clock.sleep(STATISTICS_AGE_MS, { signal: this.#closing });
    const { heardSamples } = await inboundAudioOf(this.#room);
    this.#sealedFrom.set(publication.sid ?? '', heardSamples);
  }

  /** How many of the samples heard in the room can only be of frames that this track's cryptor opened. */
  openedOf(trackSid: string, heardSamples: number): number {
    const from = this.#sealedFrom.get(trackSid);
    return from === undefined ? 0 : Math.max(0, heardSamples - from);
  }

  async #subscribe(publication: RemoteTrackPublication): Promise<void> {
    try {
      this.#before.set(publication, await inboundPacketsOf(this.#room));
      publication.setSubscribed(true);
    } catch {
      // The room is not connected any more.
    }
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

  /** Listens to this participant no more, from this moment on; {@link admit} takes it back. */
  refuse(participantIdentity: string): void {
    this.#admitted.delete(participantIdentity);
    for (const gate of this.#ears.get(participantIdentity) ?? []) gate.close();
    this.#ears.delete(participantIdentity);
    const publications = this.#room.remoteParticipants.get(participantIdentity)?.trackPublications.values() ?? [];
    for (const publication of publications) {
      if (publication instanceof RemoteTrackPublication && publication.subscribed) publication.setSubscribed(false);
    }
  }

  #consider(publication: RemoteTrackPublication, participant: RemoteParticipant | undefined): void {
    // Nobody is a stranger as long as nobody was admitted.
    if (this.#admitted.size === 0) return;
    const participantIdentity = participant?.identity ?? '';
    const reason = this.#refusal(publication, participantIdentity);
    if (reason === undefined) void this.#subscribe(publication);
    else this.#observe({ kind: 'refused', participantIdentity, reason });
  }

  #refusal(publication: RemoteTrackPublication, participantIdentity: string): RefusalReason | undefined {
    if (!this.#admitted.has(participantIdentity)) return 'stranger';
    if (publication.kind !== TrackKind.KIND_AUDIO) return 'not-audio';
    return publication.encryptionType === EncryptionType.GCM ? undefined : 'not-encrypted';
  }
}
