import { OracleCallError, type Logger, type SecretBytes } from '@oracle-calls/protocol';
import {
  AudioPresets,
  BaseKeyProvider,
  DisconnectReason,
  isBrowserSupported,
  getLogger,
  LoggerNames,
  LogLevel,
  ParticipantKind as LiveKitParticipantKind,
  Room,
  RoomEvent,
  Track,
  type LocalTrackPublication,
  type RemoteParticipant,
  type RemoteTrack as LiveKitRemoteTrack,
  type RemoteTrackPublication,
} from 'livekit-client';
import type { LocalTrack } from '../devices/devices-port.ts';
import { isSafeUrl } from '../backend-client/http.ts';
import type { AudioGraph } from './audio-graph.ts';
import { createPlayableTrack } from './playable-track.ts';
import type {
  DisconnectCause,
  RemoteTrack,
  SfuConnection,
  SfuConnectOptions,
  SfuNotice,
  SfuPort,
  TrackStatistics,
} from './sfu-port.ts';
import { countersOf } from './track-counters.ts';

/** LiveKit's own bounds are 15 s for each; a caller who has clicked gives up sooner. */
const WEBSOCKET_TIMEOUT_MS = 10_000;
const PEER_CONNECTION_TIMEOUT_MS = 10_000;

/** The one slot in use before rekeying exists. */
const KEY_INDEX = 0;

/** Property that LiveKit puts on senders and receivers whose frames pass its frame cryptor (`e2ee/constants.ts`, `E2EE_FLAG`). */
const CRYPTOR_FLAG = 'lk_e2ee';

export interface LiveKitSfuOptions {
  /** Makes the end-to-end encryption worker, `livekit-client/e2ee-worker`. */
  readonly e2eeWorker: () => Worker;
  readonly audioGraph: AudioGraph;
  readonly logger: Logger;
  /** Overrides the ICE servers that the SFU names. */
  readonly iceServers?: readonly RTCIceServer[] | undefined;
}

/**
 * One key per participant, never ratcheted: `ratchetWindowSize` 0, and `failureTolerance` −1 so that forged frames cannot wear a key
 * out. Raw bytes are imported for HKDF, which LiveKit then runs on both sides.
 */
class ParticipantKeys extends BaseKeyProvider {
  constructor() {
    super({ sharedKey: false, ratchetWindowSize: 0, failureTolerance: -1 });
  }

  async set(identity: string, key: SecretBytes): Promise<void> {
    const imported = await crypto.subtle.importKey('raw', key.expose(), 'HKDF', false, ['deriveBits', 'deriveKey']);
    this.onSetEncryptionKey(imported, identity, KEY_INDEX);
  }
}

/** LiveKit with end-to-end encrypted media and data. */
export function createLiveKitSfu(options: LiveKitSfuOptions): SfuPort {
  silenceLiveKit();
  let spare: LiveKitConnection | undefined;
  return {
    isSupported: () => isBrowserSupported() && canTransformFrames(),
    prepare(url) {
      if (!canTransformFrames()) return;
      spare ??= new LiveKitConnection(options);
      if (url !== undefined) spare.warm(url);
    },
    create() {
      const connection = spare ?? new LiveKitConnection(options);
      spare = undefined;
      return connection;
    },
    close() {
      void spare?.close();
      spare = undefined;
    },
  };
}

/**
 * LiveKit's debug lines carry join tokens; what matters of them is told as notices. As a default level, which an application's own
 * choice overrides; `setLogLevel` would write fifteen entries into the page's `localStorage`.
 */
function silenceLiveKit(): void {
  for (const name of Object.values(LoggerNames)) getLogger(name).setDefaultLevel(LogLevel.silent);
}

/** Encrypted, or on this machine. */
const isSfuUrl = (url: string): boolean => URL.canParse(url) && isSafeUrl(new URL(url), 'wss:', 'ws:');

/** Encoded frames can be reached either by script transforms (standard) or insertable streams (Chromium). */
function canTransformFrames(): boolean {
  return 'RTCRtpScriptTransform' in globalThis || 'createEncodedStreams' in RTCRtpSender.prototype;
}

class LiveKitConnection implements SfuConnection {
  readonly #options: LiveKitSfuOptions;
  readonly #keys = new ParticipantKeys();
  readonly #worker: Worker;
  readonly #room: Room;
  readonly #encrypting: Promise<void>;
  readonly #observers = new Set<(notice: SfuNotice) => void>();
  readonly #announced = new Set<string>();
  readonly #refused = new Set<string>();
  readonly #keyed = new Set<string>();
  readonly #publications = new Map<LocalTrack, LocalTrackPublication>();
  readonly #arrived = new Map<LiveKitRemoteTrack, RemoteTrack & Disposable>();
  #identity: string | undefined;
  #isConnected = false;
  #engine: Pick<Room['engine'], 'cleanupPeerConnections'> | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: LiveKitSfuOptions) {
    this.#options = options;
    this.#worker = options.e2eeWorker();
    this.#room = new Room({
      // `encryption`, not `e2ee`: that one leaves data packets in plaintext.
      encryption: { keyProvider: this.#keys, worker: this.#worker },
      // A page that is being reloaded must look like one that vanished: the oracle then waits for it.
      disconnectOnPageLeave: false,
      publishDefaults: { audioPreset: AudioPresets.speech, red: false, stopMicTrackOnMute: false },
    });
    options.audioGraph.open();
    this.#encrypting = this.#room.setE2EEEnabled(true);
    this.#encrypting.catch(() => undefined);
    this.#listen();
  }

  /** Opens a connection that `connect` will use. */
  warm(url: string): void {
    if (isSfuUrl(url)) void this.#room.prepareConnection(url);
  }

  observe(listener: (notice: SfuNotice) => void): Disposable {
    const own = (notice: SfuNotice): void => listener(notice);
    this.#observers.add(own);
    return { [Symbol.dispose]: () => void this.#observers.delete(own) };
  }

  async connect({ url, joinToken, identity, sendingKey, signal }: SfuConnectOptions): Promise<void> {
    signal.throwIfAborted();
    if (!isSfuUrl(url)) {
      throw new OracleCallError('ERR_MEDIA_CONNECT', "The media server's address must be wss, or ws on this machine.");
    }
    const leave = (): void => void this.#room.disconnect();
    signal.addEventListener('abort', leave, { once: true });
    try {
      await this.#encrypting;
      // Set before anything can be sent: LiveKit's worker drops frames that it has no key for.
      await this.#keys.set(identity, sendingKey);
      this.#keyed.add(identity);
      this.#identity = identity;
      signal.throwIfAborted();
      const { iceServers } = this.#options;
      this.#engine = this.#room.engine;
      await this.#room.connect(url, joinToken.expose(), {
        autoSubscribe: true,
        maxRetries: 1,
        websocketTimeout: WEBSOCKET_TIMEOUT_MS,
        peerConnectionTimeout: PEER_CONNECTION_TIMEOUT_MS,
        ...(iceServers === undefined ? {} : { rtcConfig: { iceServers: [...iceServers] } }),
      });
      signal.throwIfAborted();
      if (!this.#hasOwnIdentity()) throw new Error('The SFU gave another identity.');
      this.#isConnected = true;
      for (const participant of this.#room.remoteParticipants.values()) this.#announce(participant);
    } catch (cause) {
      await this.#leave();
      signal.throwIfAborted();
      throw new OracleCallError('ERR_MEDIA_CONNECT', undefined, { cause });
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  async setReceivingKey(participantIdentity: string, key: SecretBytes): Promise<void> {
    await this.#keys.set(participantIdentity, key);
    this.#keyed.add(participantIdentity);
  }

  async publish(track: LocalTrack): Promise<void> {
    const { mediaStreamTrack } = track;
    if (mediaStreamTrack === undefined) throw new OracleCallError('ERR_MEDIA_DEVICE', 'The device gives no track.');
    const source = track.kind === 'audio' ? Track.Source.Microphone : Track.Source.Camera;
    try {
      this.#publications.set(track, await this.#room.localParticipant.publishTrack(mediaStreamTrack, { source }));
    } catch (cause) {
      throw new OracleCallError('ERR_MEDIA_CONNECT', 'The media server did not take the track.', { cause });
    }
  }

  async setMuted(track: LocalTrack, isMuted: boolean): Promise<void> {
    const publication = this.#publications.get(track);
    if (publication === undefined) {
      if (track.mediaStreamTrack !== undefined) track.mediaStreamTrack.enabled = !isMuted;
      return;
    }
    await (isMuted ? publication.mute() : publication.unmute());
  }

  refuse(participantIdentity: string): void {
    this.#refused.add(participantIdentity);
    for (const publication of this.#room.remoteParticipants.get(participantIdentity)?.trackPublications.values() ??
      []) {
      publication.setSubscribed(false);
    }
  }

  async statistics(): Promise<readonly TrackStatistics[]> {
    const local = [...this.#publications.values()].map(async ({ track, isEncrypted }) => {
      const isOurs = isEncrypted && this.#room.isE2EEEnabled && this.#hasOwnIdentity();
      return {
        direction: 'sent' as const,
        kind: track?.kind === Track.Kind.Video ? ('video' as const) : ('audio' as const),
        participantIdentity: this.#identity ?? '',
        isEncrypted: isOurs && track?.sender !== undefined && CRYPTOR_FLAG in track.sender,
        ...countersOf(await track?.getRTCStatsReport()),
      };
    });
    const remote = [...this.#arrived].map(async ([track, { kind, participantIdentity }]) => {
      const publication = this.#room.getParticipantByIdentity(participantIdentity)?.getTrackPublications();
      const isMarked = publication?.find((other) => other.track === track)?.isEncrypted === true;
      return {
        direction: 'received' as const,
        kind,
        participantIdentity,
        isEncrypted:
          isMarked &&
          this.#keyed.has(participantIdentity) &&
          track.receiver !== undefined &&
          CRYPTOR_FLAG in track.receiver,
        ...countersOf(await track.getRTCStatsReport()),
      };
    });
    return Promise.all([...local, ...remote]);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#observers.clear();
    for (const track of this.#arrived.values()) track[Symbol.dispose]();
    this.#arrived.clear();
    this.#publications.clear();
    try {
      await this.#leave();
    } finally {
      this.#room.removeAllListeners();
      this.#worker.terminate();
    }
  }

  /**
   * Joining makes the peer connection first. When joining fails, `livekit-client` 2.23.0 drops the engine with the connection in
   * it, and `disconnect` no longer sees it.
   */
  async #leave(): Promise<void> {
    await this.#room.disconnect();
    await this.#engine?.cleanupPeerConnections();
  }

  #tell(notice: SfuNotice): void {
    for (const observer of [...this.#observers]) observer(notice);
  }

  #listen(): void {
    this.#room
      .on(RoomEvent.ParticipantConnected, (participant) => this.#announce(participant))
      .on(RoomEvent.ParticipantDisconnected, ({ identity }) => {
        this.#announced.delete(identity);
        this.#tell({ kind: 'participantLeft', participantIdentity: identity });
      })
      .on(RoomEvent.TrackPublished, (publication, participant) => this.#judge(publication, participant))
      .on(RoomEvent.TrackSubscribed, (track, publication, participant) => {
        this.#announce(participant);
        if (this.#judge(publication, participant)) this.#arrive(track, participant.identity);
      })
      .on(RoomEvent.TrackUnsubscribed, (track) => this.#gone(track))
      .on(RoomEvent.EncryptionError, (_error, participant) => {
        if (participant === undefined || participant.identity === this.#identity) return;
        this.#tell({ kind: 'undecryptable', participantIdentity: participant.identity });
      })
      // LiveKit first mends its signalling, then the whole connection; the bound runs from the first sign.
      .on(RoomEvent.SignalReconnecting, () => this.#tell({ kind: 'reconnecting' }))
      .on(RoomEvent.Reconnecting, () => this.#tell({ kind: 'reconnecting' }))
      .on(RoomEvent.Reconnected, () => this.#reconnected())
      .on(RoomEvent.Disconnected, (reason) => {
        // Before `connect` has returned, its own error says it.
        if (this.#isConnected) this.#tell({ kind: 'disconnected', cause: causeOf(reason) });
      });
  }

  #hasOwnIdentity(): boolean {
    return this.#room.localParticipant.identity === this.#identity;
  }

  /** A renamed participant would send in the clear, for the new name has no key (`security.md`, e2). */
  #reconnected(): void {
    if (this.#hasOwnIdentity()) {
      this.#tell({ kind: 'reconnected' });
      return;
    }
    void this.#room.disconnect();
    this.#tell({ kind: 'disconnected', cause: 'lost' });
  }

  #announce(participant: RemoteParticipant): void {
    const { identity, kind } = participant;
    if (this.#announced.has(identity)) return;
    this.#announced.add(identity);
    const participantKind = kind === LiveKitParticipantKind.AGENT ? 'agent' : 'other';
    this.#tell({ kind: 'participantJoined', participantIdentity: identity, participantKind });
    for (const publication of participant.trackPublications.values()) this.#judge(publication, participant);
  }

  /** Whether media that is announced may be attached. */
  #judge(publication: RemoteTrackPublication, { identity }: RemoteParticipant): boolean {
    const isRefused = this.#refused.has(identity);
    if (publication.isEncrypted && !isRefused) return true;
    publication.setSubscribed(false);
    if (!publication.isEncrypted) this.#tell({ kind: 'trackRefused', participantIdentity: identity });
    return false;
  }

  #arrive(track: LiveKitRemoteTrack, participantIdentity: string): void {
    const kind = track.kind === Track.Kind.Video ? 'video' : 'audio';
    const playable = createPlayableTrack({
      trackId: track.sid ?? track.mediaStreamTrack.id,
      participantIdentity,
      kind,
      mediaStreamTrack: track.mediaStreamTrack,
      audioGraph: this.#options.audioGraph,
      logger: this.#options.logger,
    });
    this.#arrived.set(track, playable);
    this.#tell({ kind: 'trackArrived', track: playable });
  }

  #gone(track: LiveKitRemoteTrack): void {
    const arrived = this.#arrived.get(track);
    if (arrived === undefined) return;
    this.#arrived.delete(track);
    arrived[Symbol.dispose]();
    this.#tell({ kind: 'trackGone', trackId: arrived.trackId });
  }
}

function causeOf(reason: DisconnectReason | undefined): DisconnectCause {
  switch (reason) {
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
    case DisconnectReason.PARTICIPANT_REMOVED:
      return 'room-closed';
    case DisconnectReason.DUPLICATE_IDENTITY:
      return 'replaced';
    default:
      return 'lost';
  }
}
