import type { ReadableStream } from 'node:stream/web';
import type { AudioFrame } from '@livekit/rtc-node';
import type { SecretBytes } from '@oracle-calls/protocol';
import type { Speaker } from '../../conversation/speaker.ts';
import type { TrackEvidence } from '../call-statistics.ts';

/** Whom the agent talks to, and with which keys. */
export interface AdmittedUser {
  /** SFU identity of the user; nobody else is heard. */
  readonly identity: string;
  /** Media key of the oracle's own voice. */
  readonly sendKey: SecretBytes;
  /** Media key of the user's voice. */
  readonly receiveKey: SecretBytes;
}

/** Why a publication is not listened to. */
export type RefusalReason = 'stranger' | 'not-encrypted' | 'not-audio';

export type SeatNotice =
  | { readonly kind: 'user-here' }
  | { readonly kind: 'user-gone'; readonly isDeliberate: boolean }
  /** Somebody receives our voice track. */
  | { readonly kind: 'voice-subscribed' }
  /** The user's sound, decrypted, mono at 16 kHz. */
  | { readonly kind: 'user-audio'; readonly stream: ReadableStream<AudioFrame> }
  | { readonly kind: 'refused'; readonly reason: RefusalReason }
  | { readonly kind: 'seat-lost'; readonly isDeliberate: boolean };

export interface MutableSpeaker extends Speaker {
  /** While muted, everything queued and played is dropped. */
  setMuted(isMuted: boolean): void;
}

/** The agent's place in the SFU room. */
export interface SfuSeat extends AsyncDisposable {
  readonly speaker: MutableSpeaker;
  /** Enters the room and publishes the voice track. Nothing leaves before {@link admit}. @throws `ERR_MEDIA_CONNECT`, `ERR_MEDIA_UNENCRYPTED` */
  join(onStage: (stage: 'connected' | 'published') => void): Promise<void>;
  /** Sets the keys and starts to listen to this user. After {@link join}. */
  admit(user: AdmittedUser, observe: (notice: SeatNotice) => void): void;
  /** What can be known now about the encryption of the tracks. Rejects when the room is not connected any more. */
  sampleEvidence(): Promise<readonly TrackEvidence[]>;
  /** Leaves the room. Idempotent. */
  close(): Promise<void>;
}
