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
  // Where both exist the older way comes first: with it Chromium holds frames back until the streams are taken, and LiveKit, which makes
  // the connections, prepares them for it. Script transforms on such receivers were seen to be passed by (Chromium 156).
  if (path.createEncodedStreams !== undefined) {
    const { readable, writable } = path.createEncodedStreams();
    return requests.ask({ kind: 'attach', options, readable, writable }, [readable, writable]).then(() => undefined);
  }
  path.transform = new RTCRtpScriptTransform(worker, options);
  return requests.attached(options.transform);
}
