import type { AudioFrame } from '@livekit/rtc-node';
import type { FrameCryptor } from '@livekit/rtc-ffi-bindings';
import type { Clock } from '@oracle-calls/protocol';
import type { ReadableStream } from 'node:stream/web';
import { TransformStream } from 'node:stream/web';

/** The cryptor is made when the track arrives; past this, in ms, it is not going to be. */
export const SEALED_MAX_MS = 5_000;
const LOOK_EVERY_MS = 10;

/** WebRTC gives the same statistics again for 50 ms; after this, in ms, they are of after the question. */
export const STATISTICS_AGE_MS = 60;

/** The longest sound in one packet, in ms (Opus, RFC 7587 section 4.2). */
export const LONGEST_PACKET_MS = 120;

/** Packets that WebRTC's jitter buffer keeps at most. */
export const JITTER_PACKETS_MAX = 200;

/** RTP packets so far, by stream. */
export type PacketCounts = ReadonlyMap<number, number>;

/** One participant's sound as it arrives. */
export interface HeardTrack {
  readonly identity: string;
  readonly trackSid: string | undefined;
  cryptors(): readonly FrameCryptor[];
  /** Everything that has come in by now. @throws when the room is not connected any more */
  packets(): Promise<PacketCounts>;
}

/** Packets that came since, of whatever stream: a stream that begins anew counts from its beginning. */
export function packetsSince(before: PacketCounts, now: PacketCounts): number {
  let since = 0;
  for (const [stream, packets] of now) {
    const known = before.get(stream) ?? 0;
    since += packets >= known ? packets - known : packets;
  }
  return since;
}

/**
 * The media library decodes a track from the moment it arrives, and puts the frame cryptor before it some milliseconds later. What the
 * server sends in between needs no key: it waits in the jitter buffer and would be heard as the participant's. So nothing of a
 * track is heard until its cryptor is seen, and then until all that may have come before it has been played out.
 */
export class EarGate {
  readonly #track: HeardTrack;
  readonly #clock: Clock;
  #gate: 'open' | 'shut' | 'closed' = 'shut';

  constructor(track: HeardTrack, clock: Clock) {
    this.#track = track;
    this.#clock = clock;
  }

  /** The stream without what comes while the gate is shut. */
  through(stream: ReadableStream<AudioFrame>): ReadableStream<AudioFrame> {
    const gate = new TransformStream<AudioFrame, AudioFrame>({
      transform: (frame, out) => {
        if (this.#gate === 'open') out.enqueue(frame);
      },
    });
    return stream.pipeThrough(gate);
  }

  /** Nothing is heard any more. */
  close(): void {
    this.#gate = 'closed';
  }

  /** `false` when the cryptor is not seen in time: then nothing is ever heard. @throws when the room is not connected any more; an abort's reason */
  async open(before: PacketCounts, signal: AbortSignal): Promise<boolean> {
    const giveUpAt = this.#clock.now() + SEALED_MAX_MS;
    while (!this.#isSealed()) {
      // Whoever is not heard any more need not be seen to be sealed.
      if (this.#gate === 'closed') return true;
      if (this.#clock.now() >= giveUpAt) return false;
      await this.#clock.sleep(LOOK_EVERY_MS, { signal });
    }
    await this.#clock.sleep(STATISTICS_AGE_MS, { signal });
    const early = packetsSince(before, await this.#track.packets());
    await this.#clock.sleep(Math.min(early, JITTER_PACKETS_MAX) * LONGEST_PACKET_MS, { signal });
    if (this.#gate === 'shut') this.#gate = 'open';
    return true;
  }

  #isSealed(): boolean {
    const { identity, trackSid } = this.#track;
    return this.#track
      .cryptors()
      .some((one) => one.participantIdentity === identity && one.trackSid === trackSid && one.enabled === true);
  }
}
