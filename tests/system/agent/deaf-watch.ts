import type { Room } from '@livekit/rtc-node';
import { systemClock } from '@oracle-calls/protocol';

/** Between two looks, in ms. */
const LOOK_EVERY_MS = 50;

/** Watches how long at most a participant on `rtc-node` got packets of sound of which nothing was opened. */
export class DeafWatch implements AsyncDisposable {
  longestMs = 0;
  readonly #room: Room;
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;

  constructor(room: Room) {
    this.#room = room;
    this.#watching = this.#watch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('seen enough'));
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    let last = await this.#look();
    let deafSince: number | undefined;
    while (!signal.aborted) {
      await systemClock.sleep(LOOK_EVERY_MS, { signal }).catch(() => undefined);
      const at = systemClock.now();
      const now = await this.#look();
      if (now.opened > last.opened) deafSince = undefined;
      else if (now.packets > last.packets) deafSince ??= at;
      if (deafSince !== undefined) this.longestMs = Math.max(this.longestMs, at - deafSince);
      last = now;
    }
  }

  /** Packets, and samples that left the jitter buffer: what is not opened never gets into it. */
  async #look(): Promise<{ packets: number; opened: number }> {
    const { publisherStats, subscriberStats } = await this.#room.getRtcStats();
    let [packets, opened] = [0, 0];
    for (const { stats } of [...publisherStats, ...subscriberStats]) {
      if (stats.case !== 'inboundRtp' || stats.value.stream?.kind !== 'audio') continue;
      packets += Number(stats.value.received?.packetsReceived ?? 0n);
      opened += Number(stats.value.inbound?.jitterBufferEmittedCount ?? 0n);
    }
    return { packets, opened };
  }
}
