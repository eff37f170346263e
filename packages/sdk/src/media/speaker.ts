/** As much of an audio element as the speaker sets. Not every browser has `setSinkId`. */
export type SpeakerElement = Pick<HTMLMediaElement, 'volume'> & {
  setSinkId?(deviceId: string): Promise<void>;
};

/** Where the oracle is heard, and how loud. Whoever changes it tells the elements. */
export class Speaker {
  readonly elements = new Set<SpeakerElement>();
  /** `undefined` is where the system plays. */
  deviceId: string | undefined;
  volume = 1;

  /** Plays by this element too, from now on. Delete it from `elements` when it is silent. */
  add(element: SpeakerElement): void {
    this.elements.add(element);
    element.volume = this.volume;
    // A device that is away leaves the sound where the system plays.
    if (this.deviceId !== undefined) element.setSinkId?.(this.deviceId).catch(() => undefined);
  }
}
