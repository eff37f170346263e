import type { ReadableStream } from 'node:stream/web';
import type { AudioFrame } from '@livekit/rtc-node';
import type { OracleCallError, SecretBytes } from '@oracle-calls/protocol';
import type { FrameKeys, SendFrame } from '@oracle-calls/protocol/secure-link';
import type { PictureOutput, PictureSize } from './picture-source.ts';
import type { Speaker } from './speaker.ts';
import type { TrackEvidence, TrackSample } from './track-evidence.ts';

/** Why a publication is not listened to. Pictures (`not-audio`) may be looked at all the same, see {@link SfuSeat.look}. */
export type RefusalReason = 'stranger' | 'not-encrypted' | 'not-audio';

/** What else somebody can send into a room. Dropped unread, and counted. */
export type DroppedKind = 'other-topic' | 'stream' | 'transcription' | 'chat' | 'dtmf';

export type SeatNotice =
  /** A participant is in the room: told of everybody, admitted or not. The owner decides by identity. */
  | {
      readonly kind: 'user-here';
      readonly participantIdentity: string;
      /** What the SFU calls it: nothing secret may hang on that. */
      readonly participantKind: 'agent' | 'other';
    }
  | { readonly kind: 'user-gone'; readonly participantIdentity: string; readonly isDeliberate: boolean }
  /** Somebody receives our voice track. */
  | { readonly kind: 'voice-subscribed' }
  /** An admitted participant's sound, decrypted, mono at 16 kHz. */
  | {
      readonly kind: 'user-audio';
      readonly participantIdentity: string;
      readonly stream: ReadableStream<AudioFrame>;
    }
  /** A publication is not listened to. Nobody is a stranger before somebody is admitted; one who is admitted later is heard then. */
  | { readonly kind: 'refused'; readonly participantIdentity: string; readonly reason: RefusalReason }
  /** A data packet of `FRAME_TOPIC`, unopened. `undefined`: the SFU names no participant. */
  | {
      readonly kind: 'frame';
      readonly participantIdentity: string | undefined;
      readonly frame: Uint8Array<ArrayBuffer>;
    }
  /** The connection is interrupted; the voice is silent from now on, whatever the speaker is told. */
  | { readonly kind: 'reconnecting' }
  /** The connection is back, and our own frame cryptor was seen again: the voice may be heard. Time for a rekey. */
  | { readonly kind: 'reconnected' }
  /** `ERR_MEDIA_UNDECRYPTABLE`: an admitted participant's packets arrive, and nothing of them opens. Once per stretch. */
  | { readonly kind: 'undecryptable'; readonly participantIdentity: string; readonly error: OracleCallError }
  /** The SFU broke a rule that protects the call (`ERR_MEDIA_SIGNALLING`, `ERR_MEDIA_IDENTITY`, `ERR_MEDIA_UNENCRYPTED`). The seat closes. */
  | { readonly kind: 'broken'; readonly error: OracleCallError }
  | { readonly kind: 'seat-lost'; readonly isDeliberate: boolean };

export interface SeatEvents {
  readonly onStage: (stage: 'connected' | 'published') => void;
  /** Told of everything from the stage `connected` on, who is already there included. Returns at once, does not throw. */
  readonly observe: (notice: SeatNotice) => void;
}

/** One picture of what somebody shows, decrypted. */
export interface SeenPicture {
  readonly source: 'camera' | 'screen';
  /** Pixels, before it is turned. */
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha of each pixel, row by row. */
  readonly rgba: Uint8Array;
  /** How far it has to be turned clockwise to stand upright, in degrees. */
  readonly rotation: 0 | 90 | 180 | 270;
}

export interface MutableSpeaker extends Speaker {
  readonly isMuted: boolean;
  /** How loud what is heard at this moment is: root mean square of full scale, 0 to 1. */
  level(): number;
  /**
   * The owner's wish. While muted, everything queued and played is dropped. Unmuted, the same still holds until the seat
   * has seen its own frame cryptor.
   */
  setMuted(isMuted: boolean): void;
}

/** What every place in an SFU room has, whatever protocol the call speaks. */
export interface MediaSeat extends AsyncDisposable {
  /** Muted by its owner at first. */
  readonly speaker: MutableSpeaker;
  /** Own SFU identity, as the join token says it. */
  readonly identity: string;
  /** What was dropped so far, by kind. */
  readonly dropped: Readonly<Record<DroppedKind, number>>;
  /**
   * Enters the room. The voice track is published behind it, and nothing of it leaves before there are keys; what goes wrong there is told as
   * `broken`.
   *
   * @throws `ERR_MEDIA_CONNECT`, `ERR_MEDIA_SIGNALLING`, `ERR_MEDIA_IDENTITY`
   */
  join(events: SeatEvents): Promise<void>;
  /** What can be known now about the encryption of the tracks. Rejects when the room is not connected any more. */
  sampleEvidence(): Promise<readonly TrackEvidence[]>;
  /** Leaves the room. Idempotent. */
  close(): Promise<void>;
}

/** The agent's place in the room of a strict call. */
export interface SfuSeat extends MediaSeat {
  /**
   * From the stage `connected` on. `switchSending` resolves once the frame cryptor of the own voice was seen switched on with the
   * slot: from then on the speaker is heard. It rejects with `ERR_MEDIA_UNENCRYPTED` when that is not seen in time.
   */
  readonly frameKeys: FrameKeys;
  /** A reliable data packet of `FRAME_TOPIC` to this participant alone. From the stage `connected` on. */
  readonly sendFrame: SendFrame;
  /** From now on this participant's encrypted tracks are subscribed. Who was admitted before stays so. From the stage `connected` on. */
  admit(participantIdentity: string): void;
  /**
   * One picture of what an admitted participant shows now, of the screen where both are shown. Nothing is subscribed or decoded before
   * somebody asks, and nothing after. `undefined` when nothing is shown, when it does not come in time, and when it is not known to be sealed
   * (then told as `refused`, too). Never rejects.
   */
  look(participantIdentity: string): Promise<SeenPicture | undefined>;
  /**
   * Publishes a picture that goes with the voice, under the same rule: nothing of it leaves before its own frame cryptor was seen with the
   * slot of the call's key. Once in a call, from the stage `connected` on; what goes wrong is told as `broken`.
   */
  showPicture(size: PictureSize): Promise<PictureOutput>;
}

/** The caller's place in the room of a strict call. */
export interface CallerSeat extends SfuSeat {
  /** Hears this participant no more, from this moment on. {@link SfuSeat.admit} takes it back. */
  refuse(participantIdentity: string): void;
  /**
   * As {@link MediaSeat.sampleEvidence}, with whose each track is and how much it carried. Samples count as opened from when nothing that
   * came before the cryptor can be among them: what this end shows of the call's encryption hangs on them.
   */
  sampleTracks(): Promise<readonly TrackSample[]>;
}

/** The agent's place in the room of a call of the older protocol: one key for both directions, and no data at all. */
export interface OlderSeat extends MediaSeat {
  /** Sets the shared key, lets the voice out, and subscribes to this participant's encrypted tracks. After {@link join}. */
  admit(participantIdentity: string, callKey: SecretBytes): Promise<void>;
}
