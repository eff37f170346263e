import { VideoBufferType, VideoFrame, VideoSource } from '@livekit/rtc-node';

/** A picture without its pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Where pictures of the oracle go. */
export interface PictureOutput extends PictureSize {
  /** Whether what is shown now is seen by anybody: known to be sealed, and the voice is not muted. Whoever draws can spare it otherwise. */
  readonly isShown: boolean;
  /** Shows red, green, blue, alpha of each pixel, row by row; dropped unless {@link isShown}. @throws {RangeError} when the size is another */
  show(rgba: Uint8Array<ArrayBuffer>): void;
}

/** The pictures behind an own video track. Nothing is captured while the gate is shut, which it is at first. */
export class PictureSource implements PictureOutput {
  readonly width: number;
  readonly height: number;
  readonly source: VideoSource;
  readonly #speaker: { readonly isMuted: boolean };
  #gate: 'open' | 'shut' = 'shut';

  /** Freezes while `speaker` is muted. */
  constructor({ width, height }: PictureSize, speaker: { readonly isMuted: boolean }) {
    this.width = width;
    this.height = height;
    this.source = new VideoSource(width, height);
    this.#speaker = speaker;
  }

  get isShown(): boolean {
    return this.#gate === 'open' && !this.#speaker.isMuted && !this.source.closed;
  }

  setGate(gate: 'open' | 'shut'): void {
    this.#gate = gate;
  }

  show(rgba: Uint8Array<ArrayBuffer>): void {
    const { width, height } = this;
    if (rgba.byteLength !== width * height * 4) throw new RangeError('The picture has another size.');
    if (!this.isShown) return;
    // The binding reads the buffer from its beginning.
    const pixels = rgba.byteOffset === 0 ? rgba : new Uint8Array(rgba);
    this.source.captureFrame(new VideoFrame(pixels, width, height, VideoBufferType.RGBA));
  }

  async close(): Promise<void> {
    this.#gate = 'shut';
    if (!this.source.closed) await this.source.close();
  }
}
