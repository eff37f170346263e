/** A picture of what the user shows, as brains and tools get it: small enough to be sent along with a turn. */
export interface Still {
  readonly jpeg: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly source: 'camera' | 'screen';
}

/** Pixels of the longer side: what models that see scale pictures to, or near it. */
export const STILL_MAX_SIDE = 1_024;
/** A camera's picture of that size has a third of it, a screen full of small print about all. */
export const STILL_MAX_BYTES = 256 * 1_024;

export interface LookOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The oracle's eyes in one call. Nothing of what the user shows is received unless somebody looks. */
export interface UserEyes {
  /** What the user shows now, the screen before the camera; `undefined` when that is nothing. @throws `signal.reason` when aborted */
  look(options?: LookOptions): Promise<Still | undefined>;
}
