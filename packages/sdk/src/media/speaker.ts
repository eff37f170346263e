/** As much of an audio element as the speaker sets. Not every browser has `setSinkId`. */
export type SpeakerElement = Pick<HTMLMediaElement, 'volume'> & {
  setSinkId?(deviceId: string): Promise<void>;
};

/** Where the oracle is heard, and how loud. */
export class Speaker {
  readonly #elements = new Set<SpeakerElement>();
  #deviceId: string | undefined;
  #volume = 1;

  /** Plays by this element too, from now on. Dispose when it is silent. */
  add(element: SpeakerElement): Disposable {
    this.#elements.add(element);
    element.volume = this.#volume;
    // A device that is away leaves the sound where the system has it.
    if (this.#deviceId !== undefined) element.setSinkId?.(this.#deviceId).catch(() => undefined);
    return { [Symbol.dispose]: () => void this.#elements.delete(element) };
  }

  setVolume(volume: number): void {
    this.#volume = volume;
    for (const element of this.#elements) element.volume = volume;
  }

  /** Plays at this device, or where the system plays. Rejects when what plays cannot be moved there. */
  async use(deviceId: string | undefined): Promise<void> {
    await Promise.all([...this.#elements].map((element) => element.setSinkId?.(deviceId ?? '')));
    this.#deviceId = deviceId;
  }
}
