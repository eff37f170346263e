import type { NetworkSample } from './sfu-port.ts';

export interface ConnectionQuality {
  readonly level: 'good' | 'fair' | 'poor';
  /** To the SFU and back. */
  readonly roundTripMs: number | undefined;
  /** Packets lost in both directions, as a share, 0 to 1. */
  readonly lossRatio: number;
}

type Level = ConnectionQuality['level'];

interface Bounds {
  readonly roundTripMs: number;
  readonly jitterMs: number;
  readonly lossRatio: number;
}

/**
 * From here on a connection is no longer good. People begin to talk over each other at 300 ms of delay one way (ITU-T G.114 wants 150), of which
 * half the round trip is a part; Opus hides losses of a few in a hundred.
 */
const FAIR: Bounds = { roundTripMs: 250, jitterMs: 40, lossRatio: 0.03 };

/** From here on words are lost. */
const POOR: Bounds = { roundTripMs: 600, jitterMs: 100, lossRatio: 0.1 };

/** Worse is believed after this many looks in a row: one lost burst is none. */
export const WORSE_LOOKS = 2;

/** Better is believed later, and below the bounds by some: a level that flickers says nothing. */
export const BETTER_LOOKS = 4;
const BETTER_SHARE = 0.8;

/** With fewer packets between two looks a single loss would be a bad ratio: a second of speech has fifty each way. */
export const JUDGED_PACKETS_MIN = 50;

const ORDER: readonly Level[] = ['good', 'fair', 'poor'];

/** Makes three levels of numbers that jump. */
export class QualityJudge {
  #before: NetworkSample | undefined;
  #quality: ConnectionQuality | undefined;
  #lossRatio = 0;
  #looks: { readonly level: Level; readonly count: number } | undefined;

  /** Takes one look, at even intervals. Returns the quality when its level is known for the first time or has changed. */
  look(sample: NetworkSample): ConnectionQuality | undefined {
    const before = this.#before ?? { expectedPackets: 0, lostPackets: 0 };
    const expected = sample.expectedPackets - before.expectedPackets;
    // A track that went took its counts along: begin anew.
    if (this.#before === undefined || expected < 0) {
      this.#before = sample;
      return undefined;
    }
    if (expected >= JUDGED_PACKETS_MIN) {
      this.#lossRatio = Math.min(1, Math.max(0, sample.lostPackets - before.lostPackets) / expected);
      this.#before = sample;
    }
    return this.#judge(sample);
  }

  #judge({ roundTripMs, jitterMs }: NetworkSample): ConnectionQuality | undefined {
    const now = { roundTripMs: roundTripMs ?? 0, jitterMs: jitterMs ?? 0, lossRatio: this.#lossRatio };
    const quality = (level: Level): ConnectionQuality => ({ level, roundTripMs, lossRatio: this.#lossRatio });
    const before = this.#quality?.level;
    if (before === undefined) return (this.#quality = quality(levelOf(now, 1)));
    const strict = levelOf(now, BETTER_SHARE);
    const isWorse = ORDER.indexOf(levelOf(now, 1)) > ORDER.indexOf(before);
    const isBetter = ORDER.indexOf(strict) < ORDER.indexOf(before);
    if (!isWorse && !isBetter) {
      this.#looks = undefined;
      return undefined;
    }
    const level = isWorse ? levelOf(now, 1) : strict;
    const count = this.#looks?.level === level ? this.#looks.count + 1 : 1;
    this.#looks = { level, count };
    if (count < (isWorse ? WORSE_LOOKS : BETTER_LOOKS)) return undefined;
    this.#looks = undefined;
    return (this.#quality = quality(level));
  }
}

function levelOf(now: Bounds, share: number): Level {
  const isPast = (bounds: Bounds): boolean =>
    now.roundTripMs >= bounds.roundTripMs * share ||
    now.jitterMs >= bounds.jitterMs * share ||
    now.lossRatio >= bounds.lossRatio * share;
  if (isPast(POOR)) return 'poor';
  return isPast(FAIR) ? 'fair' : 'good';
}
