import type { WorkerRequests } from './worker-requests.ts';
import type { TransformOptions } from './worker-messages.ts';

/** Chromium's older way to the encoded frames (before W3C webrtc-encoded-transform). */
interface WithEncodedStreams {
  createEncodedStreams?(): { readonly readable: ReadableStream; readonly writable: WritableStream };
}

/** A sender or receiver of the platform. */
export type FramePath = (RTCRtpSender | RTCRtpReceiver) & WithEncodedStreams;

/** Whether this browser lets frames be reached at all. */
export function canTransformFrames(): boolean {
  return 'RTCRtpScriptTransform' in globalThis || 'createEncodedStreams' in RTCRtpSender.prototype;
}

/**
 * Leads the frames of a sender or receiver through the worker. What could be done synchronously is done before this returns: no frame may
 * slip by while somebody waits. The promise resolves when the worker has said that the frames come.
 */
export function attachTransform(
  path: FramePath,
  options: TransformOptions,
  worker: Worker,
  requests: WorkerRequests,
): Promise<void> {
  if ('RTCRtpScriptTransform' in globalThis) {
    try {
      path.transform = new RTCRtpScriptTransform(worker, options);
      return requests.attached(options.transform);
    } catch (cause) {
      // Some versions of Chromium refuse it on connections that were made for encoded streams.
      if (path.createEncodedStreams === undefined) throw cause;
    }
  }
  const streams = path.createEncodedStreams?.();
  if (streams === undefined) throw new TypeError('This browser gives no access to encoded frames.');
  const { readable, writable } = streams;
  return requests.ask({ kind: 'attach', options, readable, writable }, [readable, writable]).then(() => undefined);
}
