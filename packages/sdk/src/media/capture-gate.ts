import { SampleGate } from './sample-gate.ts';

/** A captured track: open when its sender is guarded and the user has not muted. */
export class CaptureGate implements Disposable {
  /** The sender whose frames must be known to be sealed. */
  sender: RTCRtpSender | undefined;
  readonly #gate: SampleGate;
  #isGuarded = false;
  #isMuted: boolean;

  constructor(track: MediaStreamTrack, isMuted: boolean) {
    this.#gate = new SampleGate(track);
    this.#isMuted = isMuted;
  }

  get isGuarded(): boolean {
    return this.#isGuarded;
  }

  setMuted(isMuted: boolean): void {
    this.#isMuted = isMuted;
    this.#apply();
  }

  /** Whether our own frame cryptor was seen working for the sender. */
  setGuarded(isGuarded: boolean): void {
    this.#isGuarded = isGuarded;
    this.#apply();
  }

  /** Leaves the track silent. */
  [Symbol.dispose](): void {
    this.#gate[Symbol.dispose]();
  }

  #apply(): void {
    this.#gate.setOpen(this.#isGuarded && !this.#isMuted);
  }
}
