import type { AudioFrame } from '@livekit/rtc-node';
import { voice } from '@livekit/agents';
import type { Clock } from '@oracle-calls/protocol';
import type { Speaker } from '@oracle-calls/node-media/seat';
import type { SpeechScript } from './speech-script.ts';

/** One stretch of speech between two flushes. */
interface Segment {
  /** Handed to the speaker and not taken back. */
  sentMs: number;
  hasStarted: boolean;
  /** What is said in it, where that is known. */
  script: SpeechScript | undefined;
  readonly over: PromiseWithResolvers<void>;
  isInterrupted: boolean;
}

interface SentFrame {
  readonly frame: AudioFrame;
  readonly ms: number;
  readonly segment: Segment;
}

/** Who follows the oracle's voice. */
export interface VoiceFollower {
  /** A frame is handed to the speaker and sounds at this instant. */
  readonly played?: (frame: AudioFrame, soundsAt: number) => void;
  /** What was queued is not played. */
  readonly fellSilent?: () => void;
  /** So much of a stretch was heard; `isOver` once, the last time. */
  readonly heard?: (script: SpeechScript, heardMs: number, how: { readonly isOver: boolean }) => void;
  /** The first sound of a stretch. */
  readonly begun?: () => void;
  /** Nothing more of this is played. */
  readonly givenUp?: (script: SpeechScript) => void;
}

/** What is remembered of what was sent, in ms: more than a speaker queues. */
const MEMORY_MS = 1_000;
/** A speaker's own idea of its queue is off by about this, in ms. */
const QUEUE_FUZZ_MS = 5;

/**
 * The framework's way out for speech, to a {@link Speaker} and to nothing else. The framework's own output publishes
 * transcripts and attributes beside the sound, in plaintext for the SFU; this one cannot.
 *
 * It can be held: then the speaker is silent at once, and what it had not played comes again, first, when it is let go.
 */
export class VoiceOutput extends voice.AudioOutput {
  readonly #speaker: Speaker;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #scriptOf: (frame: AudioFrame) => SpeechScript | undefined;
  readonly #follower: VoiceFollower;
  #current: Segment | undefined;
  readonly #unfinished = new Set<Segment>();
  readonly #sent: SentFrame[] = [];
  readonly #takenBack: SentFrame[] = [];
  #isHeld = false;
  /** There while frames have to wait: held, or what was taken back is played first. */
  #gate: PromiseWithResolvers<void> | undefined;

  constructor(
    speaker: Speaker,
    clock: Pick<Clock, 'now'>,
    scriptOf: (frame: AudioFrame) => SpeechScript | undefined = () => undefined,
    follower: VoiceFollower = {},
  ) {
    super(speaker.sampleRate);
    this.#speaker = speaker;
    this.#clock = clock;
    this.#scriptOf = scriptOf;
    this.#follower = follower;
  }

  /** Something is being said, or would be if it were not held. */
  get isSpeaking(): boolean {
    return this.#unfinished.size > 0;
  }

  /** What is still to be heard of what is being said, in ms; endless while its end is not known. */
  get remainingMs(): number {
    let remaining = this.#speaker.queuedMs;
    for (const { script, sentMs } of this.#unfinished) {
      if (script?.isComplete !== true) return Number.POSITIVE_INFINITY;
      remaining += Math.max(0, script.lengthMs - sentMs);
    }
    return remaining;
  }

  override async captureFrame(frame: AudioFrame): Promise<void> {
    const segment = this.#open();
    segment.script ??= this.#scriptOf(frame);
    await super.captureFrame(frame);
    while (this.#gate !== undefined && !segment.isInterrupted) {
      await Promise.race([this.#gate.promise, segment.over.promise]);
    }
    if (segment.isInterrupted) return;
    await this.#play({ frame, ms: (frame.samplesPerChannel / frame.sampleRate) * 1000, segment });
  }

  override flush(): void {
    super.flush();
    const segment = this.#current;
    this.#current = undefined;
    if (segment !== undefined) void this.#finish(segment);
  }

  override clearBuffer(): void {
    if (this.#unfinished.size === 0) return;
    this.#takeBack();
    this.#takenBack.length = 0;
    for (const segment of this.#unfinished) {
      segment.isInterrupted = true;
      if (segment.script !== undefined) this.#follower.givenUp?.(segment.script);
      segment.over.resolve();
    }
    if (!this.#isHeld) this.#openGate();
    // A segment that is still open ends here: nobody will flush what was thrown away.
    this.flush();
  }

  /** Falls silent at once, and goes on from there when it is let go. Idempotent. */
  hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#gate ??= Promise.withResolvers<void>();
    this.#takeBack();
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    void this.#playTakenBack();
  }

  #takeBack(): void {
    let unheardMs = this.#speaker.queuedMs;
    this.#speaker.clear();
    this.#follower.fellSilent?.();
    // A frame that is heard by less than half comes again: a syllable twice is understood, a syllable lost is not.
    for (let last = this.#sent.at(-1); last !== undefined && unheardMs > last.ms / 2; last = this.#sent.at(-1)) {
      this.#sent.pop();
      this.#takenBack.unshift(last);
      last.segment.sentMs -= last.ms;
      unheardMs -= last.ms;
    }
    this.#sent.length = 0;
  }

  async #playTakenBack(): Promise<void> {
    for (let next = this.#takenBack.shift(); next !== undefined; next = this.#takenBack.shift()) {
      await this.#play(next);
      if (this.#isHeld) return;
    }
    if (!this.#isHeld) this.#openGate();
  }

  #openGate(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  async #play(sent: SentFrame): Promise<void> {
    const { frame, ms, segment } = sent;
    const queuedMs = this.#speaker.queuedMs;
    if (!segment.hasStarted) {
      segment.hasStarted = true;
      this.#follower.begun?.();
      this.onPlaybackStarted(this.#clock.now());
    }
    segment.sentMs += ms;
    segment.script?.sent(segment.sentMs);
    this.#sent.push(sent);
    if (this.#sent.length * ms > MEMORY_MS) this.#sent.shift();
    this.#follower.played?.(frame, this.#clock.now() + queuedMs);
    this.#tellHeard(segment, queuedMs + ms, false);
    await this.#speaker.play(frame);
  }

  #tellHeard(segment: Segment, unheardMs: number, isOver: boolean): void {
    if (segment.script === undefined) return;
    this.#follower.heard?.(segment.script, Math.max(0, segment.sentMs - unheardMs), { isOver });
  }

  #open(): Segment {
    if (this.#current !== undefined) return this.#current;
    const segment: Segment = {
      sentMs: 0,
      hasStarted: false,
      script: undefined,
      over: Promise.withResolvers<void>(),
      isInterrupted: false,
    };
    this.#current = segment;
    this.#unfinished.add(segment);
    return segment;
  }

  async #finish(segment: Segment): Promise<void> {
    while (!segment.isInterrupted) {
      if (this.#gate !== undefined) await Promise.race([this.#gate.promise, segment.over.promise]);
      await Promise.race([this.#speaker.drained(), segment.over.promise]);
      // Drained because it was held is not played.
      if (this.#gate === undefined && this.#speaker.queuedMs <= QUEUE_FUZZ_MS) break;
    }
    this.#unfinished.delete(segment);
    // Of what never began nothing is known to anybody, not even a sentence without sound at its beginning.
    if (segment.hasStarted) this.#tellHeard(segment, 0, true);
    const playbackPosition = segment.sentMs / 1000;
    const heard = segment.isInterrupted ? segment.script?.heardBy(segment.sentMs).text : undefined;
    this.onPlaybackFinished({
      playbackPosition,
      interrupted: segment.isInterrupted,
      ...(heard === undefined ? {} : { synchronizedTranscript: heard }),
    });
  }
}
