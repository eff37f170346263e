import { clearBytesOf, type EncodedFrame } from './frame-layout.ts';
import type { FrameNonces } from './frame-nonces.ts';
import type { KeyRing, SendingRing } from './key-ring.ts';
import { openFrame, sealFrame } from './seal-frame.ts';
import type { DropReason, TransformOptions, TransformReport } from './worker-messages.ts';

/** What becomes of a frame: other bytes, or nothing. There is no third way, so no frame passes as it came. */
type Outcome = { readonly kind: 'passed'; readonly data: ArrayBuffer } | { readonly kind: DropReason };

/** One stream of frames, one way. */
export class FrameTransform {
  readonly #options: TransformOptions;
  readonly #outcomeOf: (frame: EncodedFrame) => Promise<Outcome>;
  readonly #dropped: Record<DropReason, number> = {
    'not-admitted': 0,
    'no-key': 0,
    codec: 0,
    malformed: 0,
    'not-authentic': 0,
    exhausted: 0,
  };
  #passed = 0;
  readonly #onFirstFrame: () => void;
  #isFlowing = false;
  /** Opens the frames of a receiver. */
  ring: KeyRing | undefined;

  constructor(options: TransformOptions, sending: SendingRing, nonces: FrameNonces, onFirstFrame: () => void) {
    this.#options = options;
    this.#onFirstFrame = onFirstFrame;
    this.#outcomeOf =
      options.direction === 'seal' ? (frame) => this.#seal(frame, sending, nonces) : (frame) => this.#open(frame);
  }

  get report(): TransformReport {
    return { ...this.#options, passed: this.#passed, dropped: { ...this.#dropped } };
  }

  /** Lets frames flow through until one of the streams ends, and resolves then. */
  async run(readable: ReadableStream<EncodedFrame>, writable: WritableStream<EncodedFrame>): Promise<void> {
    const transform = (frame: EncodedFrame, out: { enqueue(frame: EncodedFrame): void }): Promise<void> =>
      this.#pass(frame, out);
    try {
      await readable.pipeThrough(new TransformStream({ transform })).pipeTo(writable);
    } catch {
      // A track that ends breaks its streams: that is its end, not an error.
    }
  }

  async #pass(frame: EncodedFrame, out: { enqueue(frame: EncodedFrame): void }): Promise<void> {
    if (!this.#isFlowing) this.#onFirstFrame();
    this.#isFlowing = true;
    // Whatever goes wrong with one frame is the end of that frame alone.
    const outcome = await this.#outcomeOf(frame).catch((): Outcome => ({ kind: 'malformed' }));
    if (outcome.kind !== 'passed') {
      this.#dropped[outcome.kind] += 1;
      return;
    }
    frame.data = outcome.data;
    this.#passed += 1;
    out.enqueue(frame);
  }

  async #seal(frame: EncodedFrame, sending: SendingRing, nonces: FrameNonces): Promise<Outcome> {
    const { current } = sending;
    if (current === undefined) return { kind: 'no-key' };
    const clearBytes = clearBytesOf(this.#options.medium, frame);
    if (clearBytes === undefined) return { kind: 'codec' };
    const nonce = nonces.next();
    if (nonce === undefined) return { kind: 'exhausted' };
    const data = await sealFrame(frame.data, { ...current, nonce, clearBytes });
    return data === undefined ? { kind: 'malformed' } : { kind: 'passed', data };
  }

  async #open(frame: EncodedFrame): Promise<Outcome> {
    const { ring } = this;
    if (ring === undefined) return { kind: 'not-admitted' };
    const clearBytes = clearBytesOf(this.#options.medium, frame);
    if (clearBytes === undefined) return { kind: 'codec' };
    const opened = await openFrame(frame.data, clearBytes, (slot) => ring.get(slot));
    return opened.kind === 'opened' ? { kind: 'passed', data: opened.data } : { kind: opened.reason };
  }
}
