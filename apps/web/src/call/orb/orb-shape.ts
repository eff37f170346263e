/** What the oracle is seen to do. `waiting`: it is not there yet. */
export type OrbMood = 'waiting' | 'listening' | 'thinking' | 'speaking';

/** One closed line around the middle. Lengths are shares of the drawing's half width. */
export interface Petal {
  /** Radius where nothing bends it. */
  readonly radius: number;
  /** How far waves bend it in and out. */
  readonly bend: number;
  /** Waves around the circle: whole, so that the line closes. */
  readonly waves: number;
  /** Where the first wave begins, in radians. */
  readonly phase: number;
  readonly opacity: number;
  readonly isFilled: boolean;
  /** Width of a line that is not filled. */
  readonly width: number;
}

/** Loudness of speech lies between silence and about a fifth of full scale; the square root spreads the quiet part. */
export const heightOf = (level: number): number => Math.min(1, Math.sqrt(Math.max(0, level) * 5));

/** Follows a loudness as an eye likes it: up at once, down slowly. `elapsedMs` is the time since the last look. */
export function settle(shown: number, target: number, elapsedMs: number): number {
  const halfLifeMs = target > shown ? 40 : 220;
  return target + (shown - target) * 0.5 ** (elapsedMs / halfLifeMs);
}

/**
 * The lines of one moment. A listening oracle is a ring that opens and lets the caller's voice ripple in; a thinking one turns three leaves around
 * an empty middle; a speaking one is a full bloom that its own voice unfolds. With `seconds` 0 and heights 0 they are three still drawings that differ.
 */
export function petalsOf(mood: OrbMood, seconds: number, oracle: number, caller: number): readonly Petal[] {
  switch (mood) {
    case 'waiting': {
      const breath = 0.02 * Math.sin(seconds * 1.6);
      return [line(0.46 + breath, 0, 0.5, 0.012), line(0.58 - breath, 0, 0.22, 0.01)];
    }
    case 'listening': {
      const breath = 0.012 * Math.sin(seconds * 1.3);
      const ripple = (index: number): Petal => ({
        ...line(0.5 + index * 0.11 + breath + caller * (0.1 - index * 0.02), 0, 0.34 - index * 0.09, 0.01),
        bend: caller * 0.03,
        waves: 5 + index,
        phase: seconds * (0.8 - index * 0.3),
      });
      return [
        filled(0.4 + breath, caller * 0.012, 4, seconds * 0.5, 0.22),
        line(0.4 + breath, 0, 0.95, 0.022),
        ...[0, 1, 2].map(ripple),
      ];
    }
    case 'thinking':
      return [0, 1, 2].map((index) =>
        filled(
          0.4 + index * 0.05,
          0.13,
          3,
          seconds * (0.7 + index * 0.15) + (index * Math.PI) / 4.5,
          0.34 - index * 0.07,
        ),
      );
    case 'speaking':
      return [0, 1, 2, 3].map((index) =>
        filled(
          0.42 + index * 0.05 + oracle * (0.12 + index * 0.045),
          0.02 + oracle * (0.035 + index * 0.012),
          6 + (index % 2),
          seconds * (index % 2 === 0 ? 0.55 : -0.42) + index,
          index === 0 ? 0.92 : 0.36 - index * 0.08,
        ),
      );
  }
}

const line = (radius: number, bend: number, opacity: number, width: number): Petal => ({
  radius,
  bend,
  waves: 4,
  phase: 0,
  opacity,
  isFilled: false,
  width,
});

const filled = (radius: number, bend: number, waves: number, phase: number, opacity: number): Petal => ({
  radius,
  bend,
  waves,
  phase,
  opacity,
  isFilled: true,
  width: 0,
});
