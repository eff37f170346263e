import type { CallType } from '@oracle-calls/protocol';
import type { Devices } from './devices.ts';

/** A microphone, camera or screen that is on. */
export interface LocalTrack {
  readonly source: 'microphone' | 'camera' | 'screen';
  readonly kind: 'audio' | 'video';
  /** The platform's track; absent in tests without a browser. */
  readonly mediaStreamTrack?: MediaStreamTrack | undefined;
  /** Resolves when the device went away, or the person stopped it in the browser's own bar; never by `stop`. Absent where neither can happen. */
  readonly gone?: Promise<void> | undefined;
  /** Loudness right now as root mean square of full scale, 0 to 1; 0 for video. */
  level(): number;
  /** Switches the device off. Idempotent. */
  stop(): void;
}

/** What a person can switch on by a choice of device. */
export type CaptureSource = Exclude<LocalTrack['source'], 'screen'>;

/** Which device of a kind: the one chosen if it is there, the system's own choice, or exactly this one. */
export type DeviceWish = 'chosen' | 'default' | { readonly exact: string };

/** What a call does with a choice that is made while it lasts. Rejects when the device cannot be used. */
export type UseDevice = (source: CaptureSource, wish: DeviceWish) => Promise<void>;

export interface DevicesPort {
  /**
   * Switches on what a call of this type sends, microphone first.
   *
   * @throws {OracleCallError} `ERR_MEDIA_DEVICE`; aborts rethrow `signal.reason`, with every device off again.
   */
  capture(callType: CallType, options: { readonly signal: AbortSignal }): Promise<readonly LocalTrack[]>;
  /** Switches one device on. @throws as `capture` */
  open(
    source: CaptureSource,
    options: { readonly wish: DeviceWish; readonly signal: AbortSignal },
  ): Promise<LocalTrack>;
  /**
   * Asks the person for a screen, window or tab; `undefined` when it was dismissed. Call it from a click, before anything is awaited.
   *
   * @throws as `capture`
   */
  share(options: { readonly signal: AbortSignal }): Promise<LocalTrack | undefined>;
  /** Choices made from now on go to the call first. Dispose when the call is over. */
  serve(use: UseDevice): Disposable;
  /** What a person sees and chooses; `NO_DEVICES` where there is nothing to choose. */
  readonly choices: Devices;
}
