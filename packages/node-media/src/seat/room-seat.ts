import {
  DisconnectReason,
  LocalAudioTrack,
  LocalVideoTrack,
  ParticipantKind,
  Room,
  RoomEvent,
  TrackSource,
  VideoCodec,
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
import { OwnGates } from './own-gates.ts';
import { gateOf, publishOwn } from './own-track.ts';
import { PictureSource } from './picture-source.ts';
import type { PictureOutput, PictureSize } from './picture-source.ts';
import { RoomData } from './room-data.ts';
import type { DataRule } from './room-data.ts';
import { SeatEyes } from './seat-eyes.ts';
import type { DroppedKind, MediaSeat, SeatEvents, SeatNotice, SeenPicture } from './sfu-seat.ts';
import { TrackSpeaker } from './track-speaker.ts';

/** Reasons of the SFU that mean "on purpose", for us and for the user: nobody is waited for, nothing has to be reported. */
const ON_PURPOSE: readonly DisconnectReason[] = [
  DisconnectReason.CLIENT_INITIATED,
  DisconnectReason.ROOM_DELETED,
  DisconnectReason.ROOM_CLOSED,
  DisconnectReason.PARTICIPANT_REMOVED,
];

/** A small picture that moves little; libvpx sends less where it needs less. */
const PICTURE_ENCODING = { maxBitrate: 200_000n, maxFramerate: 15 } as const;

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
  /** Who ever had one. */
  readonly wasKeyed: () => ReadonlySet<string>;
}

/** What the seats of all protocols share: a LiveKit room on `rtc-node` behind the guard, with one guarded voice. */
export class RoomSeat implements MediaSeat {
  readonly room = new Room();
  readonly speaker = new TrackSpeaker();
  readonly identity: string;
  readonly gate: OwnGates;
  readonly #options: RoomSeatOptions;
  readonly #data: RoomData;
  readonly #admission: Admission;
  readonly #eyes: SeatEyes;
  /** The last of each track that was looked at: by now it is gone. */
  readonly #lookedAt = new Map<string, TrackSample>();
  readonly #closing = new AbortController();
  readonly #broken = Promise.withResolvers<never>();
  #events: SeatEvents | undefined;
  #publication: LocalTrackPublication | undefined;
  #picture: PictureSource | undefined;
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
    this.#eyes = new SeatEyes({
      room,
      clock,
      observe,
      isTrusted: (identity) => this.#admission.isAdmitted(identity) && options.keyed().has(identity),
      looked: () => this.#noteLook(),
      closing: this.#closing.signal,
    });
    this.gate = new OwnGates(
      gateOf({
        room,
        identity: this.identity,
        clock,
        publication: () => this.#publication,
        setGate: (gate) => speaker.setGate(gate),
      }),
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

  /** What this participant shows; `undefined` where nothing may be looked at. */
  look(participantIdentity: string): Promise<SeenPicture | undefined> {
    return this.#eyes.look(participantIdentity);
  }

  /** Publishes pictures of the own; nothing of them leaves before the gate is open. @throws {OracleCallError} `ERR_INTERNAL` when there is one */
  async showPicture(size: PictureSize): Promise<PictureOutput> {
    if (this.#picture !== undefined) throw new OracleCallError('ERR_INTERNAL', 'A picture is shown already.');
    const picture = new PictureSource(size, this.speaker);
    this.#picture = picture;
    let publication: LocalTrackPublication | undefined;
    const { room, identity } = this;
    const gate = gateOf({
      room,
      identity,
      clock: this.#options.clock,
      publication: () => publication,
      setGate: (state) => picture.setGate(state),
    });
    await this.#guarded(async () => {
      const track = LocalVideoTrack.createVideoTrack('picture', picture.source);
      const options = { videoCodec: VideoCodec.VP8, simulcast: false, videoEncoding: PICTURE_ENCODING };
      publication = await publishOwn(room, track, { source: TrackSource.SOURCE_CAMERA, ...options });
      await this.gate.add(gate);
    });
    return picture;
  }

  /** Tracks that were looked at are among them, as they were then. */
  async sampleEvidence(): Promise<readonly TrackEvidence[]> {
    const now = await sampleTracks(this.room, () => this.#keyState);
    const gone = [...this.#lookedAt.values()].filter((was) => now.every(({ trackSid }) => trackSid !== was.trackSid));
    return [...now, ...gone];
  }

  sampleTracks(): Promise<readonly TrackSample[]> {
    return sampleTracks(
      this.room,
      () => this.#keyState,
      (trackSid, heardSamples) => this.#admission.openedOf(trackSid, heardSamples),
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
    const { keyed, wasKeyed } = this.#options;
    return { keyed: keyed(), wasKeyed: wasKeyed(), sendingSlot: this.gate.slot };
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
    const track = LocalAudioTrack.createAudioTrack('voice', this.speaker.source);
    const publication = await publishOwn(this.room, track, { source: TrackSource.SOURCE_MICROPHONE });
    this.#publication = publication;
    onStage('published');
    // Keys may have come before the track.
    await this.gate.onRepublished();
    publication.waitForSubscription().then(
      () => this.#observe({ kind: 'voice-subscribed' }),
      // The track is gone; the room tells why.
      () => undefined,
    );
  }

  async #noteLook(): Promise<void> {
    for (const sample of await sampleTracks(this.room, () => this.#keyState)) {
      if (sample.direction === 'received' && sample.kind === 'video') this.#lookedAt.set(sample.trackSid, sample);
    }
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
      await this.#picture?.close();
      await this.speaker.close();
    }
  }
}
