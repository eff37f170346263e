import { OracleCallError, systemClock, type Clock, type Logger } from '@oracle-calls/protocol';
import { FRAME_TOPIC } from '@oracle-calls/protocol/handshake';
import type { FrameKeys, SendFrame } from '@oracle-calls/protocol/secure-link';
import {
  AudioPresets,
  ParticipantKind as LiveKitParticipantKind,
  RoomEvent,
  Track,
  type RemoteParticipant,
  type RemoteTrackPublication,
  type Room,
} from 'livekit-client';
import { isSafeUrl } from '../backend-client/http.ts';
import type { LocalTrack } from '../devices/devices-port.ts';
import { FrameCryptor } from '../frame-cryptor/frame-cryptor.ts';
import type { AudioGraph } from './audio-graph.ts';
import { createRoom } from './create-room.ts';
import { causeOf } from './disconnect-cause.ts';
import { FrameLayer } from './frame-layer.ts';
import { createPlayableTrack } from './playable-track.ts';
import { PublishedTracks } from './published-tracks.ts';
import { RemoteTracks } from './remote-tracks.ts';
import { SendingGuard } from './sending-guard.ts';
import type {
  DisconnectCause,
  NetworkSample,
  SfuConnection,
  SfuConnectOptions,
  SfuNotice,
  TrackStatistics,
} from './sfu-port.ts';
import type { WatchedTrack } from './undecryptable-watch.ts';
import { Observers } from '../observers/observers.ts';

/** LiveKit's own bounds are 15 s for each; a caller who has clicked gives up sooner. */
const WEBSOCKET_TIMEOUT_MS = 10_000;
const PEER_CONNECTION_TIMEOUT_MS = 10_000;

export interface LiveKitConnectionOptions {
  /** Makes the worker that seals and opens frames, `@oracle-calls/sdk/frame-worker`. */
  readonly e2eeWorker: () => Worker;
  readonly audioGraph: AudioGraph;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
  /** Overrides the ICE servers that the SFU names. */
  readonly iceServers?: readonly RTCIceServer[] | undefined;
}

/** One stay in a LiveKit room. */
export class LiveKitConnection implements SfuConnection {
  readonly frameKeys: FrameKeys;
  readonly sendFrame: SendFrame = (frame, participantIdentity) => this.#sendFrame(frame, participantIdentity);
  readonly #options: LiveKitConnectionOptions;
  readonly #cryptor: FrameCryptor;
  readonly #guard: SendingGuard;
  readonly #remote: RemoteTracks;
  #watch: Disposable | undefined;
  readonly #room: Room;
  readonly #announcingEncryption: Promise<void>;
  readonly #observers = new Observers<SfuNotice>();
  readonly #announced = new Set<string>();
  readonly #published: PublishedTracks;
  #identity: string | undefined;
  #isConnected = false;
  #engine: Pick<Room['engine'], 'cleanupPeerConnections'> | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: LiveKitConnectionOptions) {
    const { e2eeWorker, audioGraph, logger, clock = systemClock } = options;
    this.#options = options;
    // Comes beside everything else that a call waits for; whoever needs it asks again.
    loadMore().catch(() => undefined);
    this.#cryptor = new FrameCryptor({
      worker: e2eeWorker(),
      clock,
      onFlowing: () => {
        void this.#guard.reconsider();
        this.#remote.flowing();
      },
      onFailed: () => this.#lose('lost'),
    });
    this.#guard = new SendingGuard({
      isSealing: (sender) => this.#cryptor.isSealing(sender),
      onReady: (isReady) => this.#tell({ kind: 'sendingGuarded', isReady }),
    });
    this.frameKeys = guardedKeys(this.#cryptor, this.#guard);
    this.#remote = new RemoteTracks({
      cryptor: this.#cryptor,
      tell: (notice) => this.#tell(notice),
      createTrack: (track, participantIdentity) =>
        createPlayableTrack({
          trackId: track.sid ?? track.mediaStreamTrack.id,
          participantIdentity,
          kind: track.kind === Track.Kind.Video ? 'video' : 'audio',
          mediaStreamTrack: track.mediaStreamTrack,
          audioGraph,
          logger,
        }),
    });
    const e2eeManager = new FrameLayer(this.#cryptor, {
      senderCreated: (track, sender) => this.#guard.senderCreated(track, sender),
      frame: (frame, participantIdentity) => this.#tell({ kind: 'frame', participantIdentity, frame }),
      roomNews: () => this.#refuseRename(),
    });
    this.#room = createRoom({
      encryption: { e2eeManager },
      // A page that is being reloaded must look like one that vanished: the oracle then waits for it.
      disconnectOnPageLeave: false,
      publishDefaults: {
        audioPreset: AudioPresets.speech,
        red: false,
        stopMicTrackOnMute: false,
        // The codec that the frame cryptor seals, once: one listener needs no second size or codec.
        videoCodec: 'vp8',
        backupCodec: false,
        simulcast: false,
      },
    });
    this.#published = new PublishedTracks(this.#room, this.#guard);
    audioGraph.ready();
    // LiveKit announces our tracks as encrypted, so that its own clients decrypt them.
    this.#announcingEncryption = this.#room.setE2EEEnabled(true);
    this.#announcingEncryption.catch(() => undefined);
    this.#listen();
  }

  /** Opens a connection that `connect` will use. */
  warm(url: string): void {
    if (isSfuUrl(url)) void this.#room.prepareConnection(url);
  }

  observe(listener: (notice: SfuNotice) => void): Disposable {
    return this.#observers.observe(listener);
  }

  async connect({ url, joinToken, identity, signal }: SfuConnectOptions): Promise<void> {
    signal.throwIfAborted();
    if (!isSfuUrl(url)) {
      throw new OracleCallError('ERR_MEDIA_CONNECT', "The media server's address must be wss, or ws on this machine.");
    }
    const leave = (): void => void this.#room.disconnect();
    signal.addEventListener('abort', leave, { once: true });
    try {
      await this.#announcingEncryption;
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
      if (this.#isRenamed()) throw new Error('The SFU gave another identity.');
      this.#isConnected = true;
      this.#guard.resume();
      this.#watchFrames().catch(() => undefined);
      for (const participant of this.#room.remoteParticipants.values()) this.#announce(participant);
    } catch (cause) {
      await this.#leave();
      signal.throwIfAborted();
      throw new OracleCallError('ERR_MEDIA_CONNECT', undefined, { cause });
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  admit(participantIdentity: string): void {
    const wasRefused = this.#remote.isRefused(participantIdentity);
    this.#remote.admit(participantIdentity);
    if (!wasRefused) return;
    // What was unsubscribed from does not come back by itself: whoever proves itself late would never be heard.
    const participant = this.#room.remoteParticipants.get(participantIdentity);
    for (const publication of participant?.trackPublications.values() ?? []) {
      if (publication.isEncrypted) publication.setSubscribed(true);
    }
  }

  refuse(participantIdentity: string): void {
    this.#remote.refuse(participantIdentity);
    const participant = this.#room.remoteParticipants.get(participantIdentity);
    for (const publication of participant?.trackPublications.values() ?? []) publication.setSubscribed(false);
  }

  publish(track: LocalTrack): Promise<void> {
    return this.#published.publish(track);
  }

  async replace(track: LocalTrack, by: LocalTrack): Promise<void> {
    await (await loadMore()).replaceTrack(this.#published, track, by);
  }

  async unpublish(track: LocalTrack): Promise<void> {
    await (await loadMore()).unpublishTrack(this.#published, track);
  }

  async setMuted(track: LocalTrack, isMuted: boolean): Promise<void> {
    this.#published.setMuted(track, isMuted);
  }

  async network(): Promise<NetworkSample | undefined> {
    return (await loadMore()).networkOf([...this.#published.all.values()], this.#remote.arrived);
  }

  async statistics(): Promise<readonly TrackStatistics[]> {
    try {
      const { receivedStatistics, sentStatistics } = await loadMore();
      const [sent, received] = await Promise.all([
        sentStatistics([...this.#published.all.values()], this.#identity ?? '', this.#cryptor),
        receivedStatistics(this.#remote.arrived, this.#cryptor),
      ]);
      return [...sent, ...received];
    } catch (cause) {
      // Asked while it was being closed: there are no tracks any more.
      if (this.#closed !== undefined) return [];
      throw cause;
    }
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
    this.#watch?.[Symbol.dispose]();
    this.#guard[Symbol.dispose]();
    this.#remote[Symbol.dispose]();
    this.#published.all.clear();
    try {
      await this.#leave();
    } finally {
      this.#room.removeAllListeners();
      this.#cryptor[Symbol.dispose]();
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
    this.#observers.tell(notice);
  }

  async #sendFrame(frame: Uint8Array<ArrayBuffer>, participantIdentity: string): Promise<void> {
    const addressed = { reliable: true, topic: FRAME_TOPIC, destinationIdentities: [participantIdentity] };
    try {
      await this.#room.localParticipant.publishData(frame, addressed);
    } catch (cause) {
      throw new OracleCallError('ERR_MEDIA_CONNECT', 'The media server did not take the frame.', { cause });
    }
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
        if (this.#judge(publication, participant)) this.#remote.subscribed(track, participant.identity);
      })
      .on(RoomEvent.TrackUnsubscribed, (track) => this.#remote.unsubscribed(track))
      // LiveKit first mends its signalling, then the whole connection; the bound runs from the first sign.
      .on(RoomEvent.SignalReconnecting, () => this.#reconnecting())
      .on(RoomEvent.Reconnecting, () => this.#reconnecting())
      .on(RoomEvent.Reconnected, () => this.#reconnected())
      .on(RoomEvent.Moved, () => this.#lose('lost'))
      .on(RoomEvent.Disconnected, (reason) => this.#disconnected(causeOf(reason)));
  }

  #reconnecting(): void {
    this.#guard.suspend();
    this.#tell({ kind: 'reconnecting' });
  }

  #reconnected(): void {
    this.#refuseRename();
    if (!this.#isConnected) return;
    this.#guard.resume();
    this.#tell({ kind: 'reconnected' });
  }

  #isRenamed(): boolean {
    return this.#room.localParticipant.identity !== this.#identity;
  }

  /** The keys of a call are bound to the identity that the join token names; an SFU that gives us another plays a game. */
  #refuseRename(): void {
    if (this.#isConnected && this.#isRenamed()) this.#lose('lost');
  }

  #lose(cause: DisconnectCause): void {
    this.#disconnected(cause);
    void this.#room.disconnect();
  }

  #disconnected(cause: DisconnectCause): void {
    this.#guard.suspend();
    // Before `connect` has returned, its own error says it; afterwards it is said once.
    if (!this.#isConnected) return;
    this.#isConnected = false;
    this.#tell({ kind: 'disconnected', cause });
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
    const isRefused = this.#remote.isRefused(identity);
    if (publication.isEncrypted && !isRefused) return true;
    publication.setSubscribed(false);
    if (!publication.isEncrypted) this.#tell({ kind: 'trackRefused', participantIdentity: identity });
    return false;
  }

  async #watchFrames(): Promise<void> {
    const { UndecryptableWatch } = await loadMore();
    if (this.#closed !== undefined) return;
    this.#watch = new UndecryptableWatch({
      clock: this.#options.clock ?? systemClock,
      look: () => this.#watched(),
      onUndecryptable: (participantIdentity) => this.#tell({ kind: 'undecryptable', participantIdentity }),
    });
  }

  async #watched(): Promise<readonly WatchedTrack[]> {
    const { arrived } = this.#remote;
    if (arrived.length === 0) return [];
    const reports = await this.#cryptor.reportsOf(arrived.map(({ receiver }) => receiver));
    return arrived.flatMap(({ track: { participantIdentity } }, index) => {
      const report = reports[index];
      return report === undefined ? [] : [{ participantIdentity, report }];
    });
  }
}

/** What neither joining nor sound waits for. */
const loadMore = () => import('./on-demand.ts');

/** Encrypted, or on this machine. */
const isSfuUrl = (url: string): boolean => URL.canParse(url) && isSafeUrl(new URL(url), 'wss:', 'ws:');

/** The cryptor's keys; what is captured follows whether there is a key to send under. */
function guardedKeys(cryptor: FrameCryptor, guard: SendingGuard): FrameKeys {
  return {
    installReceiving: (participantIdentity, slot, key) => cryptor.installReceiving(participantIdentity, slot, key),
    async switchSending(slot, key) {
      await cryptor.switchSending(slot, key);
      void guard.reconsider();
    },
    async retire(slot) {
      await cryptor.retire(slot);
      void guard.reconsider();
    },
  };
}
