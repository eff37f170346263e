/*
 * The worker that seals and opens frames; it runs apart from the page so that a busy page does not stutter. Applications make it with
 *
 *   new Worker(new URL('@oracle-calls/sdk/frame-worker', import.meta.url), { type: 'module' })
 *
 * which is the form that bundlers find.
 */
import { FrameCryptorHost } from './frame-cryptor-host.ts';
import type { EncodedFrame } from './frame-layout.ts';
import type { FromFrameWorker, ToFrameWorker, TransformOptions } from './worker-messages.ts';

/** The parts of a worker's global scope that are used here; the DOM's types describe a page's. */
declare const self: {
  onmessage: (event: MessageEvent<ToFrameWorker>) => void;
  /** W3C webrtc-encoded-transform, section 5; absent where only Chromium's older encoded streams exist. */
  onrtctransform: (event: {
    readonly transformer: {
      readonly readable: ReadableStream<EncodedFrame>;
      readonly writable: WritableStream<EncodedFrame>;
      readonly options: TransformOptions;
    };
  }) => void;
  postMessage(message: FromFrameWorker): void;
};

const host = new FrameCryptorHost((message) => self.postMessage(message));
self.onmessage = ({ data }) => host.handle(data);
self.onrtctransform = ({ transformer: { options, readable, writable } }) => host.attach(options, readable, writable);
