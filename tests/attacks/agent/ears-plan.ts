import * as v from 'valibot';

/** What `early-ears.ts` and `python/tests/twin/early_ears.py` are started with. */
export interface EarsPlan {
  readonly url: string;
  /** One for each admission. */
  readonly tokens: readonly string[];
  /** Whom the seat admits. */
  readonly identity: string;
  readonly toneHz: number;
  /** The three below. */
  readonly windowsWanted: number;
  readonly pure: number;
  readonly loud: number;
}

export const earlyEarsSchema = v.object({ admissions: v.number(), heardWindows: v.number() });

/** What it saw, up to the first admission that let something through. */
export type EarlyEars = v.InferOutput<typeof earlyEarsSchema>;

/** Windows of 10 ms listened to per admission: what comes early is over by then. */
export const WINDOWS_WANTED = 60;
/** Share of the tone in a window's energy; noise and silence score near 0. */
export const PURE = 0.7;
/** Root mean square; comfort noise stays far below, the hum is at 0.2. */
export const LOUD = 0.01;
