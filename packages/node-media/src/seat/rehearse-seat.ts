import { AudioFrame } from '@livekit/rtc-node';
import { SecretBytes, systemClock, waitAtMost } from '@oracle-calls/protocol';
import { LiveKitSeat } from './livekit-seat.ts';
import { startMirrorSfu } from './mirror-sfu.ts';

/** What the seat is called in its own room. */
const IDENTITY = 'rehearsal';

/** A connection to oneself takes a tenth of a second, several on a busy machine; past this it is not going to be, in ms. */
const REHEARSAL_MAX_MS = 3_000;

/** Bytes of a media key. */
const KEY_BYTES = 32;

/**
 * Takes a seat in a room that is nowhere, through the guard and with real connections of the media library to itself: publishes, seals, sends a
 * frame, and leaves. The first connection of a process costs twice what the others do. `failed` is no failure of a later call: a machine
 * may have no network but loopback, on which the media library connects to nobody.
 */
export async function rehearseSeat(): Promise<'done' | 'failed'> {
  await using sfu = await startMirrorSfu(IDENTITY);
  await using seat = new LiveKitSeat({ url: sfu.url, token: unsignedToken(), clock: systemClock });
  try {
    return (await waitAtMost(systemClock, sit(seat), REHEARSAL_MAX_MS)) ?? 'failed';
  } catch {
    return 'failed';
  }
}

async function sit(seat: LiveKitSeat): Promise<'done'> {
  using key = SecretBytes.random(KEY_BYTES, 'media key of a rehearsal');
  const published = Promise.withResolvers<void>();
  const onStage = (stage: 'connected' | 'published'): void => {
    if (stage === 'published') published.resolve();
  };
  await seat.join({ onStage, observe: () => undefined });
  await published.promise;
  await seat.frameKeys.switchSending(0, key);
  await seat.sendFrame(new Uint8Array(1), IDENTITY);
  seat.speaker.setMuted(false);
  await seat.speaker.play(new AudioFrame(new Int16Array(0), seat.speaker.sampleRate, 1, 0));
  return 'done';
}

/** A join token of nobody: the mirror asks for none, and the seat reads its own name from it. */
function unsignedToken(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ sub: IDENTITY })}.`;
}
