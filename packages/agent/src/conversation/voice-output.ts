import type { AudioFrame } from '@livekit/rtc-node';
import { voice } from '@livekit/agents';
import type { Clock } from '@oracle-calls/protocol';
import type { Speaker } from '@oracle-calls/node-media/seat';

/** One stretch of speech between two flushes. */
interface Segment {
  playedMs: number;
  hasStarted: boolean;
  readonly over: PromiseWithResolvers<void>;
  isInterrupted: boolean;
}

/**
 * The framework's way out for speech, to a {@link Speaker} and to nothing else. The framework's own output publishes
 * transcripts and attributes beside the sound, in plaintext for the SFU; this one cannot.
 */
export class VoiceOutput extends voice.AudioOutput {
  readonly #speaker: Speaker;
  readonly #clock: Pick<Clock, 'now'>;
  #current: Segment | undefined;
  readonly #unfinished = new Set<Segment>();
  #gate: PromiseWithResolvers<void> | undefined;

  constructor(speaker: Speaker, clock: Pick<Clock, 'now'>) {
    super(speaker.sampleRate, undefined, { pause: true });
    this.#speaker = speaker;
    this.#clock = clock;
  }

  override async captureFrame(frame: AudioFrame): Promise<void> {
    const segment = this.#open();
    await super.captureFrame(frame);
    while (this.#gate !== undefined && !segment.isInterrupted) {
      await Promise.race([this.#gate.promise, segment.over.promise]);
    }
    if (segment.isInterrupted) return;
    if (!segment.hasStarted) {
      segment.hasStarted = true;
      this.onPlaybackStarted(this.#clock.now());
    }
    segment.playedMs += (frame.samplesPerChannel / frame.sampleRate) * 1000;
    await this.#speaker.play(frame);
  }

  override flush(): void {
    super.flush();
    const segment = this.#current;
    this.#current = undefined;
    if (segment !== undefined) void this.#finish(segment);
  }

  override clearBuffer(): void {
    if (this.#unfinished.size === 0) return;
    const unheardMs = this.#speaker.queuedMs;
    this.#speaker.clear();
    for (const segment of this.#unfinished) {
      segment.playedMs = Math.max(0, segment.playedMs - unheardMs);
      segment.isInterrupted = true;
      segment.over.resolve();
    }
    // A segment that is still open ends here: nobody will flush what was thrown away.
    this.flush();
  }

  override pause(): void {
    this.#gate ??= Promise.withResolvers<void>();
    super.pause();
  }

  override resume(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
    super.resume();
  }

  #open(): Segment {
    if (this.#current !== undefined) return this.#current;
    const segment: Segment = {
      playedMs: 0,
      hasStarted: false,
      over: Promise.withResolvers<void>(),
      isInterrupted: false,
    };
    this.#current = segment;
    this.#unfinished.add(segment);
    return segment;
  }

  async #finish(segment: Segment): Promise<void> {
    await Promise.race([this.#speaker.drained(), segment.over.promise]);
    this.#unfinished.delete(segment);
    this.onPlaybackFinished({ playbackPosition: segment.playedMs / 1000, interrupted: segment.isInterrupted });
  }
}
