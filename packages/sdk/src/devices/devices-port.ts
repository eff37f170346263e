import type { CallType } from '@oracle-calls/protocol';

/** A microphone or camera that is on. */
export interface LocalTrack {
  readonly kind: 'audio' | 'video';
  /** The platform's track; absent in tests without a browser. */
  readonly mediaStreamTrack?: MediaStreamTrack | undefined;
  /** Loudness right now as root mean square of full scale, 0 to 1; 0 for video. */
  level(): number;
  /** Switches the device off. Idempotent. */
  stop(): void;
}

export interface DevicesPort {
  /**
   * Switches on what a call of this type sends, microphone first.
   *
   * @throws {OracleCallError} `ERR_MEDIA_DEVICE`; aborts rethrow `signal.reason`, with every device off again.
   */
  capture(callType: CallType, options: { readonly signal: AbortSignal }): Promise<readonly LocalTrack[]>;
}
