/**
 * Decides alone whether a captured track gives samples. LiveKit sets `enabled` itself, when it publishes and whenever the SFU asks it to
 * unmute; so for as long as the gate stands, the track's own property does nothing and the platform's is the gate's.
 */
export class CaptureGate implements Disposable {
  readonly track: MediaStreamTrack;
  /** The sender whose frames are known to be sealed must be this one. */
  sender: RTCRtpSender | undefined;
  #isGuarded = false;
  #isMuted: boolean;

  constructor(track: MediaStreamTrack, isMuted: boolean) {
    this.track = track;
    this.#isMuted = isMuted;
    Object.defineProperty(track, 'enabled', {
      configurable: true,
      get: () => this.isOpen,
      set: () => undefined,
    });
    this.#apply();
  }

  get isGuarded(): boolean {
    return this.#isGuarded;
  }

  /** Samples flow. */
  get isOpen(): boolean {
    return this.#isGuarded && !this.#isMuted;
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
    this.setGuarded(false);
    Reflect.deleteProperty(this.track, 'enabled');
  }

  #apply(): void {
    Reflect.set(MediaStreamTrack.prototype, 'enabled', this.isOpen, this.track);
  }
}
