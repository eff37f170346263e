import type { BearerSecret, OracleCallError } from '@oracle-calls/protocol';
import type { FrameKeys, SendFrame } from '@oracle-calls/protocol/secure-link';
import type { LocalTrack } from '../devices/devices-port.ts';

/** What a participant's announcement said about it; the SFU says it, so nothing secret may hang on it. */
export type ParticipantKind = 'agent' | 'other';

/** A remote track that arrived. Nothing of it is heard or shown before `play`. */
export interface RemoteTrack {
  readonly trackId: string;
  readonly participantIdentity: string;
  readonly kind: 'audio' | 'video';
  /** The platform's track, for showing video or recording; absent in tests without a browser. */
  readonly mediaStreamTrack?: MediaStreamTrack | undefined;
  /** Starts playing audio at the speaker. Dispose to stop. Where the browser held the sound back, a call from a click tries again. */
  play(): Disposable;
  /** Whether the browser holds the sound back until the person clicks; absent where nothing is ever held back. */
  isHeldBack?(): boolean;
  /** Loudness right now as root mean square of full scale, 0 to 1, after decryption and decoding. 0 before `play`. */
  level(): number;
}

/** Why the SFU connection is gone for good. */
export type DisconnectCause = 'room-closed' | 'replaced' | 'lost';

export type SfuNotice =
  | {
      readonly kind: 'participantJoined';
      readonly participantIdentity: string;
      readonly participantKind: ParticipantKind;
    }
  | { readonly kind: 'participantLeft'; readonly participantIdentity: string }
  /** An announcement of media. Unencrypted ones are refused by the port itself; the notice says so. */
  | { readonly kind: 'trackRefused'; readonly participantIdentity: string }
  /** Media of an admitted participant, whose frames are opened with its keys from now on. */
  | { readonly kind: 'trackArrived'; readonly track: RemoteTrack }
  | { readonly kind: 'trackGone'; readonly trackId: string }
  /** Frames of an admitted participant have arrived for some seconds, and none could be opened. */
  | { readonly kind: 'undecryptable'; readonly participantIdentity: string }
  /** A reliable data packet of our topic. Who sent it is what the SFU says; `undefined` when it says nothing, and nobody may believe that. */
  | { readonly kind: 'frame'; readonly participantIdentity: string | undefined; readonly frame: Uint8Array }
  /** Whether everything that is published is known to leave sealed. Nothing is captured while it is not. */
  | { readonly kind: 'sendingGuarded'; readonly isReady: boolean }
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'reconnected' }
  /** `error`: why the adapter itself left, when the SFU broke a rule that protects the call. */
  | { readonly kind: 'disconnected'; readonly cause: DisconnectCause; readonly error?: OracleCallError | undefined };

/** One track in numbers. `isEncrypted` is this client's own knowledge: our worker sealed or opened every frame of it, and there were some. */
export interface TrackStatistics {
  readonly direction: 'sent' | 'received';
  readonly kind: 'audio' | 'video';
  readonly participantIdentity: string;
  readonly isEncrypted: boolean;
  readonly packets: number;
  readonly bytes: number;
  /** Frames that our worker has sealed or opened. */
  readonly cryptedFrames: number;
}

/** The way to the SFU, counted from the beginning of the stay. */
export interface NetworkSample {
  readonly roundTripMs: number | undefined;
  /** Of what is received: the unevenness of its coming. */
  readonly jitterMs: number | undefined;
  /** Packets of both directions that should have come, and those that did not. Of what is sent, only the other end's reports (RTCP) can say. */
  readonly expectedPackets: number;
  readonly lostPackets: number;
}

export interface SfuConnectOptions {
  /** WebSocket address of the SFU. */
  readonly url: string;
  readonly joinToken: BearerSecret;
  /** The own identity that the join token names; anything else is refused. */
  readonly identity: string;
  readonly signal: AbortSignal;
}

/** One stay in one SFU room. */
export interface SfuConnection extends AsyncDisposable {
  observe(listener: (notice: SfuNotice) => void): Disposable;
  /**
   * Joins. Media may be published before there are keys: it is captured and sent from the moment that a sending key is there.
   *
   * @throws {OracleCallError} `ERR_MEDIA_CONNECT`; aborts rethrow `signal.reason`.
   */
  connect(options: SfuConnectOptions): Promise<void>;
  /** Where the keys of this stay go. */
  readonly frameKeys: FrameKeys;
  /** Sends one frame to one participant. Rejects with `ERR_MEDIA_CONNECT`. */
  readonly sendFrame: SendFrame;
  /**
   * This participant's tracks, those here and those to come, are told as `trackArrived`. Until then all their frames are dropped. Takes an
   * earlier `refuse` back.
   */
  admit(participantIdentity: string): void;
  /** Takes no more of a participant's media. */
  refuse(participantIdentity: string): void;
  /** @throws {OracleCallError} `ERR_MEDIA_CONNECT` */
  publish(track: LocalTrack): Promise<void>;
  /**
   * Another device takes the place of one that is published: the same sender, sealed as before, under the same keys. Nothing of it leaves
   * before that is seen. The devices themselves stay as they are.
   *
   * @throws as `publish`; the one before stays
   */
  replace(track: LocalTrack, by: LocalTrack): Promise<void>;
  /** Sends it no more. */
  unpublish(track: LocalTrack): Promise<void>;
  /** The SFU is not told; the track sends silence, or black pictures, sealed as always. */
  setMuted(track: LocalTrack, isMuted: boolean): Promise<void>;
  /** Every track as it is now; none once the stay is being closed. */
  statistics(): Promise<readonly TrackStatistics[]>;
  /** How the way to the SFU is, in this client's own WebRTC statistics; `undefined` when there are none. */
  network(): Promise<NetworkSample | undefined>;
  /** Leaves and frees everything. Idempotent. */
  close(): Promise<void>;
}

/** The media server as calls need it: in browsers by `livekit-sfu.ts`, in Node by `@oracle-calls/node-media`. */
export interface SfuPort {
  /** Whether this browser can encrypt media end to end. */
  isSupported(): boolean;
  /** Warms up: loads the frame cryptor and opens a connection to a known SFU. Best effort. */
  prepare(url?: string): void;
  create(): SfuConnection;
  /** Frees what `prepare` made and no call has used. Idempotent. */
  close(): void;
}
