import type { BearerSecret } from '@oracle-calls/protocol';
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
  /** Starts playing audio at the speaker. Dispose to stop. */
  play(): Disposable;
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
  /** A data packet of the one topic. `participantIdentity` is who sent it, as the SFU says; it may say nothing. */
  | { readonly kind: 'frame'; readonly participantIdentity: string | undefined; readonly frame: Uint8Array }
  /** An announcement of media. Unencrypted ones are refused by the port itself; the notice says so. */
  | { readonly kind: 'trackRefused'; readonly participantIdentity: string }
  /** A track of an admitted participant, whose frames pass our cryptor. */
  | { readonly kind: 'trackArrived'; readonly track: RemoteTrack }
  | { readonly kind: 'trackGone'; readonly trackId: string }
  | { readonly kind: 'undecryptable'; readonly participantIdentity: string }
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'reconnected' }
  | { readonly kind: 'disconnected'; readonly cause: DisconnectCause };

/** One track in numbers. `isEncrypted` and `cryptedFrames` are this client's own knowledge: its frame cryptor sits on the track. */
export interface TrackStatistics {
  readonly direction: 'sent' | 'received';
  readonly kind: 'audio' | 'video';
  readonly participantIdentity: string;
  readonly isEncrypted: boolean;
  readonly packets: number;
  readonly bytes: number;
  /** Frames that our own cryptor has sealed or opened for this track. */
  readonly cryptedFrames: number;
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
  /** Where the link puts the media keys. Without a key nothing is sent and nothing is heard. */
  readonly frameKeys: FrameKeys;
  /** Sends one data packet of the one topic to one participant. */
  readonly sendFrame: SendFrame;
  /**
   * Joins. Media flows only under keys of `frameKeys`.
   *
   * @throws {OracleCallError} `ERR_MEDIA_CONNECT`; aborts rethrow `signal.reason`.
   */
  connect(options: SfuConnectOptions): Promise<void>;
  /** This participant is the oracle: its tracks, those that have arrived too, are told as `trackArrived`. Undoes `refuse`. */
  admit(participantIdentity: string): void;
  /** @throws {OracleCallError} `ERR_MEDIA_CONNECT` */
  publish(track: LocalTrack): Promise<void>;
  setMuted(track: LocalTrack, isMuted: boolean): Promise<void>;
  /** Takes no more of a participant's media, admitted before or not. */
  refuse(participantIdentity: string): void;
  statistics(): Promise<readonly TrackStatistics[]>;
  /** Leaves and frees everything. Idempotent. */
  close(): Promise<void>;
}

/** The media server as calls need it. The only implementation that knows LiveKit is `livekit-sfu.ts`. */
export interface SfuPort {
  /** Whether this browser can encrypt media end to end. */
  isSupported(): boolean;
  /** Warms up: loads the frame cryptor and opens a connection to a known SFU. Best effort. */
  prepare(url?: string): void;
  create(): SfuConnection;
  /** Frees what `prepare` made and no call has used. Idempotent. */
  close(): void;
}
