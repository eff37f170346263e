import type { AudioFrame } from '@livekit/rtc-node';

/** Where the oracle's sound goes: a queue that plays in real time. */
export interface Speaker {
  /** Hertz; frames are mono. */
  readonly sampleRate: number;
  /** Queues a frame; resolves when there is room for the next. Frames are dropped while muted. */
  play(frame: AudioFrame): Promise<void>;
  /** Resolves when everything queued has been played, or was cleared. */
  drained(): Promise<void>;
  /** Drops what is queued and not yet played. */
  clear(): void;
  /** How much is queued, in milliseconds. */
  readonly queuedMs: number;
}
