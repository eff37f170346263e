import type { OracleActivity } from '../conversation/observer.ts';

/** Pixels of a side: more is a film, and costs as much to encode. */
export const AVATAR_MAX_SIDE = 512;

/** A picture to draw into. */
export interface AvatarFrame {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha of each pixel, row by row. All zero at first. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** What a picture is drawn of. */
export interface AvatarMoment {
  /** How loud the oracle is heard: root mean square of full scale. Speech is at 0.02 to 0.3. */
  readonly level: number;
  readonly activity: OracleActivity;
  /** Since the first picture, in ms. */
  readonly atMs: number;
}

/** What stands for the oracle in a video call. Each picture is asked for when it is shown: some fifteen a second while it speaks, fewer in silence. */
export interface Avatar {
  /** Pixels; 256 are plenty for a drawing. */
  readonly width: number;
  readonly height: number;
  draw(frame: AvatarFrame, moment: AvatarMoment): void | Promise<void>;
}
