/** As much of the platform's track as gates touch: `enabled` is an accessor of the prototype. */
export class PlatformTrack {
  #isEnabled = true;

  get enabled(): boolean {
    return this.#isEnabled;
  }
  set enabled(isEnabled: boolean) {
    this.#isEnabled = isEnabled;
  }

  /** What the platform does, whatever properties somebody put on the track itself. */
  static isEnabled(track: object): boolean {
    return track instanceof PlatformTrack && track.#isEnabled;
  }
}
