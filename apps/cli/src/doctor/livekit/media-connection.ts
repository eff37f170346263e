import type { Clock } from '@oracle-calls/protocol';

/** How long a connection took, in ms. */
export interface MediaConnection {
  readonly tookMs: number;
}

/**
 * Connects as a client does: signalling, ICE and DTLS, with the media library that agents use. Resolves once media could flow.
 * The library is loaded only here, as it is large and native.
 */
export async function connectMedia(clientUrl: string, joinToken: string, clock: Clock): Promise<MediaConnection> {
  const { Room, dispose } = await import('@livekit/rtc-node');
  const room = new Room();
  const startedAt = clock.now();
  try {
    await room.connect(clientUrl, joinToken, { autoSubscribe: false, dynacast: false });
    return { tookMs: clock.now() - startedAt };
  } finally {
    await room.disconnect();
    await dispose();
  }
}
