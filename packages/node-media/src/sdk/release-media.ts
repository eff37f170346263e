import { dispose } from '@livekit/rtc-node';

/** Frees the media library's native threads, which would keep the process. After it, no call can be made. */
export async function releaseMedia(): Promise<void> {
  await dispose();
}
