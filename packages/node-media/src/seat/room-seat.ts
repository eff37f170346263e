import {
  DisconnectReason,
  EncryptionType,
  LocalAudioTrack,
  ParticipantKind,
  Room,
  RoomEvent,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import type { LocalTrackPublication, RemoteParticipant, RoomOptions } from '@livekit/rtc-node';
import { OracleCallError, toOracleCallError } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';
import { identityOf, startSignalGuard } from '../guard/index.ts';
import type { SignalGuard } from '../guard/index.ts';
import type { TrackEvidence, TrackSample } from './track-evidence.ts';
import { Admission } from './admission.ts';
import { inboundAudioOf, sampleTracks } from './media-evidence.ts';
import type { KeyState } from './media-evidence.ts';
import { MediaWatchdog, WATCH_EVERY_MS } from './media-watchdog.ts';
import { frameCryptorsOf, useSlot } from './participant-keys.ts';
import { RoomData } from './room-data.ts';
import type { DataRule } from './room-data.ts';
import type { DroppedKind, MediaSeat, SeatEvents, SeatNotice } from './sfu-seat.ts';
import { TrackSpeaker } from './track-speaker.ts';
import { VoiceGate } from './voice-gate.ts';

/** Reasons of the SFU that mean "on purpose", for us and for the user: nobody is waited for, nothing has to be reported. */
const ON_PURPOSE: readonly DisconnectReason[] = [
  DisconnectReason.CLIENT_INITIATED,
  DisconnectReason.ROOM_DELETED,
  DisconnectReason.ROOM_CLOSED,
  DisconnectReason.PARTICIPANT_REMOVED,
];

export interface SeatAddress {
  /** Address of the SFU. */
  readonly url: string;
  /** The join token: what LiveKit gave the worker for a job, or the backend to a caller. */
  readonly token: string;
  readonly clock: Clock;
  /** Hertz of what is heard; 16 kHz, for recognisers, when absent. */
  readonly earSampleRate?: number | undefined;
}

export interface RoomSeatOptions extends SeatAddress {
  readonly encryption: Pick<RoomOptions, 'e2ee'>;
  readonly data: DataRule;
  /** Who has a key in this room. */
  readonly keyed: () => ReadonlySet<string>;
}

/** What the seats of all protocols share: a LiveKit room on `rtc-node` behind the guard, with one guarded voice. */
export class RoomSeat implements MediaSeat {
  readonly room = new Room();
  readonly speaker = new TrackSpeaker();
  readonly identity: string;
  readonly gate: VoiceGate;
  readonly #options: RoomSeatOptions;
  readonly #data: RoomData;
  readonly #admission: Admission;
  readonly #closing = new AbortController();
  readonly #broken = Promise.withResolvers<never>();
  #events: SeatEvents | undefined;
  #publication: LocalTrackPublication | undefined;
  #guard: SignalGuard | undefined;
  #unheard: Disposable | undefined;
  #state: 'outside' | 'entered' | 'seated' = 'outside';
  #closed: Promise<void> | undefined;

  /** @throws {OracleCallError} `ERR_MEDIA_CONNECT` when the token names nobody */
  constructor(options: RoomSeatOptions) {
    const { room, speaker } = this;
    this.#options = options;
    this.identity = identityOf(options.token);
    const observe = (notice: SeatNotice): void => this.#observe(notice);
    this.#data = new RoomData(room, options.data, observe);
    const { clock, earSampleRate } = options;
    this.#admission = new Admission({ room, observe, clock, closing: this.#closing.signal, earSampleRate });
    const { identity } = this;
    const trackSid = (): string | undefined => this.#publication?.sid;
    this.gate = new VoiceGate(
      {
        identity,
        get trackSid() {
          return trackSid();
        },
        cryptors: () => frameCryptorsOf(room),
        useSlot: (slot) => useSlot(room, identity, trackSid() ?? '', slot),
        setGate: (gate) => speaker.setGate(gate),
      },
      options.clock,
    );
    // Whoever joins waits on it; without anybody it must not be an unhandled rejection.
    this.#broken.promise.catch(() => undefined);
  }

  get dropped(): Readonly<Record<DroppedKind, number>> {
    return this.#data.dropped;
  }

  async join(events: SeatEvents): Promise<void> {
    this.#events = events;
    try {
      await Promise.race([this.#enter(events), this.#broken.promise]);
    } catch (cause) {
      throw toOracleCallError(cause, 'ERR_MEDIA_CONNECT');
    }
    this.#state = 'seated';
    // The key exchange need not wait for the SFU to take the voice.
    void this.#guarded(() => this.#publish(events));
    void this.#watch();
  }

  /** Listens to this participant from now on. @throws {OracleCallError} `ERR_INTERNAL` outside the room */
  admit(participantIdentity: string): void {
    this.#admission.admit(participantIdentity);
  }

  /** Listens to this participant no more. */
  refuse(participantIdentity: string): void {
    this.#admission.refuse(participantIdentity);
  }

  sampleEvidence(): Promise<readonly TrackEvidence[]> {
    return sampleTracks(this.room, this.#keyState);
  }

  sampleTracks(): Promise<readonly TrackSample[]> {
    return sampleTracks(this.room, this.#keyState, (trackSid, heardSamples) =>
      this.#admission.openedOf(trackSid, heardSamples),
    );
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #keyState(): KeyState {
    return { keyed: this.#options.keyed(), sendingSlot: this.gate.slot };
  }

  async #enter({ onStage }: SeatEvents): Promise<void> {
    const { url, token, clock, encryption } = this.#options;
    const { room, identity } = this;
    const onRefused = (error: OracleCallError): void => this.#break(error);
    this.#guard = await startSignalGuard({ sfuUrl: url, ownIdentity: identity, clock, onRefused });
    await room.connect(this.#guard.url, token, { autoSubscribe: false, dynacast: false, ...encryption });
    if (room.localParticipant?.identity !== identity) throw new OracleCallError('ERR_MEDIA_IDENTITY');
    onStage('connected');
    this.#state = 'entered';
    this.#observeRoom();
  }

  async #publish({ onStage }: SeatEvents): Promise<void> {
    const { room, speaker } = this;
    const track = LocalAudioTrack.createAudioTrack('voice', speaker.source);
    const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
    this.#publication = await room.localParticipant?.publishTrack(track, options);
    // The SFU can answer that a track is not encrypted, and the library then sends it in the clear.
    if (this.#publication?.encryptionType !== EncryptionType.GCM) throw new OracleCallError('ERR_MEDIA_UNENCRYPTED');
    onStage('published');
    // Keys may have come before the track.
    await this.gate.onRepublished();
    this.#publication.waitForSubscription().then(
      () => this.#observe({ kind: 'voice-subscribed' }),
      // The track is gone; the room tells why.
      () => undefined,
    );
  }

  #observeRoom(): void {
    const { room } = this;
    const observe = (notice: SeatNotice): void => this.#observe(notice);
    const here = ({ identity, kind }: RemoteParticipant): void => {
      const participantKind = kind === ParticipantKind.AGENT ? 'agent' : 'other';
      observe({ kind: 'user-here', participantIdentity: identity, participantKind });
    };
    room.on(RoomEvent.ParticipantConnected, here);
    room.on(RoomEvent.ParticipantDisconnected, ({ identity, info }) => {
      const reason = info.disconnectReason ?? DisconnectReason.UNKNOWN_REASON;
      observe({ kind: 'user-gone', participantIdentity: identity, isDeliberate: ON_PURPOSE.includes(reason) });
    });
    room.on(RoomEvent.Reconnecting, () => {
      this.gate.onInterrupted();
      observe({ kind: 'reconnecting' });
    });
    room.on(RoomEvent.Reconnected, () => {
      void this.#guarded(() => this.gate.onReconnected()).then(() => observe({ kind: 'reconnected' }));
    });
    room.on(RoomEvent.LocalTrackRepublished, () => void this.#guarded(() => this.gate.onRepublished()));
    room.on(RoomEvent.Disconnected, (reason) => {
      observe({ kind: 'seat-lost', isDeliberate: ON_PURPOSE.includes(reason) });
    });
    this.#unheard = this.#data.countUnheard(room);
    // What happened before anybody listened.
    if (!room.isConnected) observe({ kind: 'seat-lost', isDeliberate: false });
    for (const participant of room.remoteParticipants.values()) here(participant);
  }

  #observe(notice: SeatNotice): void {
    if (this.#state !== 'outside' && !this.#closing.signal.aborted) this.#events?.observe(notice);
  }

  /** A voice that cannot be seen to be sealed ends the call. */
  async #guarded(check: () => Promise<void>): Promise<void> {
    try {
      await check();
    } catch (cause) {
      this.#break(toOracleCallError(cause, 'ERR_MEDIA_UNENCRYPTED'));
    }
  }

  #break(error: OracleCallError): void {
    this.gate.shut();
    this.#broken.reject(error);
    // Whoever still waits for the seat learns it from there.
    if (this.#state === 'seated') this.#observe({ kind: 'broken', error });
    void this.close();
  }

  async #watch(): Promise<void> {
    const { clock, keyed } = this.#options;
    const { signal } = this.#closing;
    const watchdog = new MediaWatchdog();
    while (!signal.aborted) {
      await clock.sleep(WATCH_EVERY_MS, { signal }).catch(() => undefined);
      const heard = [...keyed()].find((identity) => identity !== this.identity && this.#admission.isAdmitted(identity));
      if (signal.aborted || heard === undefined) continue;
      // While the room is not connected there is nothing to see.
      const flow = await inboundAudioOf(this.room).catch(() => undefined);
      const error = flow === undefined ? undefined : watchdog.look(clock.now(), flow, heard);
      if (error !== undefined) this.#observe({ kind: 'undecryptable', participantIdentity: heard, error });
    }
  }

  async #close(): Promise<void> {
    this.#closing.abort(new Error('the seat is closed'));
    this.gate.shut();
    this.speaker.setMuted(true);
    this.#unheard?.[Symbol.dispose]();
    try {
      await this.room.disconnect();
    } finally {
      await this.#guard?.close();
      await this.speaker.close();
    }
  }
}
