import { CaptureGate } from './capture-gate.ts';

export interface SendingGuardOptions {
  /** Asks the frame cryptor, now, whether what this sender sends is sealed. */
  readonly isSealing: (sender: RTCRtpSender) => Promise<boolean>;
  /** Told when all that is published begins, or ceases, to be known as sealed. */
  readonly onReady: (isReady: boolean) => void;
}

/**
 * No sample is captured until our own frame cryptor was seen working for that very sender, with a key; again after every reconnect.
 * Closing is immediate, opening waits for the worker's word.
 */
export class SendingGuard implements Disposable {
  readonly #options: SendingGuardOptions;
  readonly #gates = new Map<MediaStreamTrack, CaptureGate>();
  #isConnected = false;
  #isReady = false;
  /** Answers to the questions of an earlier round no longer count. */
  #round = 0;

  constructor(options: SendingGuardOptions) {
    this.#options = options;
  }

  /** Closes the track. Call it before the track is published. */
  hold(track: MediaStreamTrack, isMuted: boolean): void {
    this.#gates.get(track)?.[Symbol.dispose]();
    this.#gates.set(track, new CaptureGate(track, isMuted));
    this.#judge();
  }

  /** Gives a track that was not published free. */
  release(track: MediaStreamTrack): void {
    this.#gates.get(track)?.[Symbol.dispose]();
    this.#gates.delete(track);
  }

  /** `false` when the track is not held. */
  setMuted(track: MediaStreamTrack, isMuted: boolean): boolean {
    const gate = this.#gates.get(track);
    gate?.setMuted(isMuted);
    return gate !== undefined;
  }

  /** A sender was made for the track: whatever was known about the one before says nothing about this one. */
  senderCreated(track: MediaStreamTrack, sender: RTCRtpSender): void {
    const gate = this.#gates.get(track);
    if (gate === undefined) return;
    gate.sender = sender;
    gate.setGuarded(false);
    void this.reconsider();
  }

  /** The connection is being mended: nothing is captured from this moment on. */
  suspend(): void {
    this.#isConnected = false;
    this.#round += 1;
    for (const gate of this.#gates.values()) gate.setGuarded(false);
    this.#judge();
  }

  /** The connection stands, under the own identity. */
  resume(): void {
    this.#isConnected = true;
    void this.reconsider();
  }

  /** Asks the cryptor about every sender. */
  async reconsider(): Promise<void> {
    const round = ++this.#round;
    for (const gate of this.#gates.values()) {
      const { sender } = gate;
      const isSealing = this.#isConnected && sender !== undefined && (await this.#ask(sender));
      if (round !== this.#round) return;
      gate.setGuarded(isSealing);
    }
    this.#judge();
  }

  [Symbol.dispose](): void {
    this.#round += 1;
    for (const gate of this.#gates.values()) gate[Symbol.dispose]();
    this.#gates.clear();
  }

  /** A cryptor that does not answer does not seal. */
  async #ask(sender: RTCRtpSender): Promise<boolean> {
    try {
      return await this.#options.isSealing(sender);
    } catch {
      return false;
    }
  }

  #judge(): void {
    const gates = [...this.#gates.values()];
    const isReady = gates.length > 0 && gates.every(({ isGuarded }) => isGuarded);
    if (isReady === this.#isReady) return;
    this.#isReady = isReady;
    this.#options.onReady(isReady);
  }
}
