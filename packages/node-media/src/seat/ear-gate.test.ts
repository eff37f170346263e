import { ReadableStream } from 'node:stream/web';
import { AudioFrame } from '@livekit/rtc-node';
import { FrameCryptor } from '@livekit/rtc-ffi-bindings';
import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import { EarGate, LONGEST_PACKET_MS, packetsSince, SEALED_MAX_MS, STATISTICS_AGE_MS } from './ear-gate.ts';
import type { PacketCounts } from './ear-gate.ts';

const CRYPTOR = { participantIdentity: 'user', trackSid: 'TR_1', enabled: true };
const NOTHING: PacketCounts = new Map();

/** A track whose cryptor and packets the test makes, and what is heard of it: the number of each frame that came through. */
function scene(packets: PacketCounts = new Map([[7, 3]])) {
  const clock = new FakeClock();
  const present: FrameCryptor[] = [];
  const leaving = new AbortController();
  const track = { identity: 'user', trackSid: 'TR_1', cryptors: () => present, packets: async () => packets };
  const gate = new EarGate(track, clock);
  const heard: number[] = [];
  let say: (number: number) => void = () => undefined;
  const stream = gate.through(
    new ReadableStream<AudioFrame>({
      start: (source) => void (say = (number) => source.enqueue(new AudioFrame(Int16Array.of(number), 16_000, 1, 1))),
    }),
  );
  void (async () => {
    for await (const { data } of stream) heard.push(data[0] ?? 0);
  })();
  return {
    clock,
    leaving,
    heard,
    gate,
    opening: gate.open(NOTHING, leaving.signal),
    appear: (parts: object = {}) => void present.push(new FrameCryptor({ ...CRYPTOR, ...parts })),
    say: async (number: number): Promise<void> => {
      say(number);
      for (let turn = 0; turn < 5; turn += 1) await clock.settle();
    },
  };
}

describe('what is heard of a track', () => {
  it('is nothing before its cryptor is seen, and nothing that may have come before that', async () => {
    const { clock, heard, appear, say, opening } = scene();
    await say(1);
    await clock.advance(1_000);
    await say(2);
    appear();
    await clock.advance(10);
    await say(3);
    await clock.advance(STATISTICS_AGE_MS + 3 * LONGEST_PACKET_MS - 1);
    await say(4);
    expect(heard).toEqual([]);
    await clock.advance(1);
    expect(await opening).toBe(true);
    await say(5);
    expect(heard).toEqual([5]);
  });

  it.each([{ participantIdentity: 'somebody' }, { trackSid: 'TR_2' }, { enabled: false }])(
    'is nothing for ever with no cryptor but %j',
    async (parts) => {
      const { clock, heard, appear, say, opening } = scene();
      appear(parts);
      await clock.advance(SEALED_MAX_MS + 10);
      expect(await opening).toBe(false);
      await clock.advance(60_000);
      await say(1);
      expect(heard).toEqual([]);
    },
  );

  it('waits for no more than the jitter buffer holds, however many packets came', async () => {
    const { clock, heard, appear, say, opening } = scene(new Map([[7, 100_000]]));
    appear();
    await clock.advance(10);
    await clock.advance(STATISTICS_AGE_MS + 199 * LONGEST_PACKET_MS);
    await say(1);
    expect(heard).toEqual([]);
    await clock.advance(LONGEST_PACKET_MS);
    expect(await opening).toBe(true);
  });

  it('is nothing once the gate was closed, before it would have opened or after', async () => {
    const early = scene();
    early.gate.close();
    early.appear();
    await early.clock.advance(60_000);
    await early.say(1);
    expect(early.heard).toEqual([]);

    const late = scene();
    late.appear();
    await late.clock.advance(60_000);
    await late.say(1);
    late.gate.close();
    await late.say(2);
    expect(late.heard).toEqual([1]);
  });

  it('is given up with the seat, and leaves no timer', async () => {
    const { clock, leaving, opening } = scene();
    const reason = new Error('left');
    leaving.abort(reason);
    await expect(opening).rejects.toBe(reason);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('packets since', () => {
  it('are those of new streams, and of known ones what came on top', () => {
    expect(
      packetsSince(
        new Map([[1, 10]]),
        new Map([
          [1, 12],
          [2, 5],
        ]),
      ),
    ).toBe(7);
  });

  it('are all of a stream that began anew, and none of one that is gone', () => {
    expect(
      packetsSince(
        new Map([
          [1, 10],
          [3, 4],
        ]),
        new Map([[1, 6]]),
      ),
    ).toBe(6);
  });
});
