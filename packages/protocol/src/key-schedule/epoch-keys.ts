import type { MediaDirection } from './media-direction.ts';
import type { SecretBytes } from '../secret-bytes.ts';

/** Both directions, in the order in which keys are derived and vectors list them. */
export const DIRECTIONS = ['user-to-oracle', 'oracle-to-user'] as const satisfies readonly MediaDirection[];

/** One key per direction, so that the SFU cannot send one side's bytes back as the other's. */
export type DirectionKeys = Readonly<Record<MediaDirection, SecretBytes>>;

/** Where keys belong: epochs count within an attempt, and a later attempt comes after every epoch of the earlier. */
export interface KeyPosition {
  readonly attempt: number;
  readonly epoch: number;
}

/** Below zero when `a` comes before `b`, zero when they are the same. */
export function comparePositions(a: KeyPosition, b: KeyPosition): number {
  return a.attempt - b.attempt || a.epoch - b.epoch;
}

/** Slots of a LiveKit key ring: its key index is one byte of the frame trailer, its default ring has 16. */
export const MEDIA_KEY_SLOTS = 16;

/**
 * The media key index of an epoch, the same at both ends: four slots for four consecutive epochs in each of four consecutive
 * attempts, so that neither the next epoch nor the next attempt overwrites a slot whose frames are still on the way.
 */
export function mediaKeyIndex({ attempt, epoch }: KeyPosition): number {
  return (attempt % 4) * 4 + (epoch % 4);
}

/** The media and data keys of one epoch. Whoever made them owns them; `destroy` wipes all four. */
export class EpochKeys implements Disposable, KeyPosition {
  readonly attempt: number;
  readonly epoch: number;
  /** 32 bytes each; LiveKit runs its own HKDF over them. */
  readonly media: DirectionKeys;
  /** 32 bytes each, AES-256-GCM. */
  readonly data: DirectionKeys;
  #isDestroyed = false;

  constructor({ attempt, epoch }: KeyPosition, media: DirectionKeys, data: DirectionKeys) {
    this.attempt = attempt;
    this.epoch = epoch;
    this.media = media;
    this.data = data;
  }

  get isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  destroy(): void {
    this.#isDestroyed = true;
    for (const direction of DIRECTIONS) {
      this.media[direction].destroy();
      this.data[direction].destroy();
    }
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}
