/**
 * Decides alone whether a track gives samples: sound and pictures when open, silence and black when not. LiveKit sets `enabled` itself,
 * when it publishes, and whenever the SFU says that somebody is muted or is not. So for as long as the gate stands, the track's own
 * property does nothing, and the platform's is the gate's.
 */
export class SampleGate implements Disposable {
  readonly track: MediaStreamTrack;
  #isOpen = false;

  constructor(track: MediaStreamTrack) {
    this.track = track;
    Object.defineProperty(track, 'enabled', {
      configurable: true,
      get: () => this.#isOpen,
      set(_isEnabled: boolean) {
        // Not for others to decide.
      },
    });
    this.setOpen(false);
  }

  setOpen(isOpen: boolean): void {
    this.#isOpen = isOpen;
    Reflect.set(MediaStreamTrack.prototype, 'enabled', isOpen, this.track);
  }

  /** Leaves the track silent. */
  [Symbol.dispose](): void {
    this.setOpen(false);
    Reflect.deleteProperty(this.track, 'enabled');
  }
}
