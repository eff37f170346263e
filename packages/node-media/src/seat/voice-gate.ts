import type { FrameCryptor } from '@livekit/rtc-ffi-bindings';
import { OracleCallError } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';

/** The cryptor is there once the SFU has taken the track; after a reconnect that takes some round trips more, in ms. */
export const GUARDED_MAX_MS = 5_000;
const LOOK_EVERY_MS = 10;

/** An own track in the SFU room: the voice, or the picture that goes with it. */
export interface VoiceTrack {
  /** As of now: a reconnect can give the track another id. `undefined`: not published. */
  readonly trackSid: string | undefined;
  readonly identity: string;
  cryptors(): readonly FrameCryptor[];
  useSlot(slot: number): void;
  /** While shut, no sample is captured. */
  setGate(gate: 'open' | 'shut'): void;
}

/** The rule: no sample is captured until the own track's frame cryptor is seen, switched on, with the slot of the call's key. */
export function isVoiceGuarded(voice: Pick<VoiceTrack, 'trackSid' | 'identity' | 'cryptors'>, slot: number): boolean {
  const { trackSid, identity } = voice;
  // No track: a cryptor without an id is none of ours.
  if (trackSid === undefined) return false;
  return voice
    .cryptors()
    .some(
      (one) =>
        one.participantIdentity === identity &&
        one.trackSid === trackSid &&
        one.enabled === true &&
        one.keyIndex === slot,
    );
}

/** Keeps the voice in until {@link isVoiceGuarded}, again after every reconnect and whenever the track was published anew. */
export class VoiceGate {
  readonly #track: VoiceTrack;
  readonly #clock: Clock;
  #slot: number | undefined;
  #connection: 'up' | 'interrupted' = 'up';
  #looking = new AbortController();

  constructor(track: VoiceTrack, clock: Clock) {
    this.#track = track;
    this.#clock = clock;
  }

  /** The slot that the voice is sealed with, if any. */
  get slot(): number | undefined {
    return this.#slot;
  }

  /**
   * Seals with this slot, whose key is set already. Resolves when the voice is out, or when a later call decides about it.
   *
   * @throws {OracleCallError} `ERR_MEDIA_UNENCRYPTED` when the cryptor is not seen in time
   */
  open(slot: number): Promise<void> {
    this.#slot = slot;
    return this.#look();
  }

  /** Until {@link open} is called again. */
  shut(): void {
    this.#looking.abort();
    this.#slot = undefined;
    this.#track.setGate('shut');
  }

  onInterrupted(): void {
    this.#looking.abort();
    this.#connection = 'interrupted';
    this.#track.setGate('shut');
  }

  /** @throws {OracleCallError} `ERR_MEDIA_UNENCRYPTED` as {@link open} does */
  onReconnected(): Promise<void> {
    this.#connection = 'up';
    return this.onRepublished();
  }

  /** The track has another id, or may have. @throws {OracleCallError} `ERR_MEDIA_UNENCRYPTED` as {@link open} does */
  onRepublished(): Promise<void> {
    this.#track.setGate('shut');
    return this.#look();
  }

  async #look(): Promise<void> {
    this.#looking.abort();
    const { signal } = (this.#looking = new AbortController());
    const giveUpAt = this.#clock.now() + GUARDED_MAX_MS;
    for (;;) {
      const slot = this.#slot;
      // While interrupted there is nothing to see; the reconnect looks again.
      if (slot === undefined || this.#connection === 'interrupted') return;
      // Without an id there is no track, and the media library ends the process when it is asked about one.
      if (this.#track.trackSid !== undefined) this.#track.useSlot(slot);
      if (isVoiceGuarded(this.#track, slot)) break;
      this.#track.setGate('shut');
      if (this.#clock.now() >= giveUpAt) {
        throw new OracleCallError('ERR_MEDIA_UNENCRYPTED', 'The frame cryptor of an own track is not there.');
      }
      await this.#clock.sleep(LOOK_EVERY_MS, { signal }).catch(() => undefined);
      if (signal.aborted) return;
    }
    this.#track.setGate('open');
  }
}
