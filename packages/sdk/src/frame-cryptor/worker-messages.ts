import type { Medium } from './frame-layout.ts';

/** A transform is named by a number that the page chose, a receiving ring likewise. Neither comes from signalling. */
export type TransformId = number;
export type RingId = number;

/** What a transform does with frames: seals what this side sends, opens what it receives. There is nothing else. */
export type TransformDirection = 'seal' | 'open';

export interface TransformOptions {
  readonly transform: TransformId;
  readonly direction: TransformDirection;
  readonly medium: Medium;
}

/** Why a frame did not pass. */
export type DropReason =
  /** No key ring belongs to this transform: its participant was not admitted. */
  | 'not-admitted'
  | 'no-key'
  /** A codec that cannot be sealed. */
  | 'codec'
  | 'malformed'
  | 'not-authentic'
  /** No nonce is left. */
  | 'exhausted';

export type DropCounts = Readonly<Record<DropReason, number>>;

/** A transform's life in numbers. */
export interface TransformReport extends TransformOptions {
  /** Frames sealed, or opened. */
  readonly passed: number;
  readonly dropped: DropCounts;
}

/** What the page says to the worker. Each is answered with its `request`. */
export type ToFrameWorker = { readonly request: number } & (
  | { readonly kind: 'switchSending'; readonly slot: number; readonly key: CryptoKey }
  | { readonly kind: 'setReceiving'; readonly ring: RingId; readonly slot: number; readonly key: CryptoKey }
  | { readonly kind: 'retire'; readonly slot: number }
  /** Which ring opens the frames of this transform; without one all are dropped. */
  | { readonly kind: 'bind'; readonly transform: TransformId; readonly ring: RingId | undefined }
  | {
      readonly kind: 'attach';
      readonly options: TransformOptions;
      readonly readable: ReadableStream;
      readonly writable: WritableStream;
    }
  | { readonly kind: 'inspect' }
);

/** What the worker says to the page. */
export type FromFrameWorker =
  | { readonly kind: 'done'; readonly request: number }
  | {
      readonly kind: 'inspected';
      readonly request: number;
      /** Whether there is a key to seal with. */
      readonly hasSendingKey: boolean;
      /** Those whose streams have not ended. */
      readonly transforms: readonly TransformReport[];
    }
  /** The worker has the streams of this transform. */
  | { readonly kind: 'attached'; readonly transform: TransformId }
  /**
   * The first frame of this transform has come. Only now is it known that the browser leads its frames this way: Chromium can take a
   * script transform for a receiver and lead the frames past it.
   */
  | { readonly kind: 'flowing'; readonly transform: TransformId };
