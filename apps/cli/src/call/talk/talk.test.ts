import { PassThrough, Readable } from 'node:stream';
import { OracleCallError } from '@oracle-calls/protocol';
import { LocalSound } from '@oracle-calls/node-media/sdk';
import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, test } from 'vitest';
import type { Source } from '../call-settings.ts';
import { converse } from './converse.ts';
import { OracleEar } from './oracle-ear.ts';
import { readRawSound } from './raw-sound.ts';
import { Talk } from './talk.ts';
import { parseLine } from './typed-lines.ts';

const LOUD = { samples: new Float32Array(480).fill(0.1) };
const QUIET = { samples: new Float32Array(480) };

/** A call whose oracle the test plays. */
function scene(texts: 'spoken' | 'written' = 'spoken') {
  const clock = new FakeClock();
  const did: string[] = [];
  const controller = new AbortController();
  const live = Promise.withResolvers<void>();
  const ear = new OracleEar(clock);
  const microphone = new LocalSound(clock);
  const call = {
    whenLive: () => live.promise,
    sendChat: async (text: string): Promise<void> => void did.push(`writes ${text}`),
    confirmComparisonCode: async (isSame: boolean): Promise<void> => void did.push(`code ${String(isSame)}`),
  };
  const talk = new Talk({
    call,
    clock,
    ear,
    microphone,
    texts,
    voice: async () => ({
      speak: async (text) => {
        did.push(`speaks ${text}`);
        return new Float32Array(48_000);
      },
      [Symbol.asyncDispose]: async () => undefined,
    }),
    wrote: () => undefined,
    signal: controller.signal,
  });
  const speakFor = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 100) {
      ear.hear(LOUD);
      await clock.advance(100);
    }
  };
  const run = (source: Source, stdin: Readable = Readable.from([])): Promise<OracleCallError | undefined> =>
    converse({
      call,
      talk,
      source,
      file: undefined,
      stdin,
      answer: (line) => {
        if (line !== 'y') return false;
        did.push('allows it');
        return true;
      },
      progress: () => undefined,
      signal: controller.signal,
    });
  return { clock, did, controller, live, ear, talk, speakFor, run };
}

const TWO: Source = { kind: 'texts', texts: ['one', 'two'] };

describe('talking to an oracle', () => {
  test('waits for the greeting, and each text for the answer before it to end', async () => {
    const { clock, did, live, speakFor, run, talk } = scene();
    const done = run(TWO);
    live.resolve();
    await speakFor(500);
    expect(did).toEqual([]);
    await clock.advance(900);
    expect(did).toEqual(['speaks one']);
    await clock.advance(1_500);
    await speakFor(2_000);
    expect(did).toEqual(['speaks one']);
    await clock.advance(1_600);
    expect(did).toEqual(['speaks one', 'speaks two']);
    await clock.advance(1_500);
    await speakFor(500);
    await clock.advance(1_600);
    expect(await done).toBeUndefined();
    expect(talk.unanswered).toBe(0);
  });

  test('an oracle that says it is not done is waited for', async () => {
    const { clock, did, live, ear, speakFor, run } = scene();
    void run(TWO);
    live.resolve();
    await clock.advance(7_000);
    ear.note('thinking');
    await speakFor(500);
    await clock.advance(3_000);
    expect(did).toEqual(['speaks one']);
    ear.note('listening');
    await clock.advance(100);
    expect(did).toEqual(['speaks one', 'speaks two']);
  });

  test('goes on without a greeting, and without an answer, which it counts', async () => {
    const { clock, live, ear, run, talk, did } = scene();
    const done = run(TWO);
    live.resolve();
    ear.hear(QUIET);
    await clock.advance(5_100);
    expect(did).toEqual(['speaks one']);
    await clock.advance(70_000);
    expect(await done).toBeUndefined();
    expect(talk.unanswered).toBe(2);
  });

  test('writes texts when asked to, without a voice', async () => {
    const { clock, live, run, did } = scene('written');
    void run(TWO);
    live.resolve();
    await clock.advance(5_100);
    expect(did).toEqual(['writes one']);
  });

  test('ends without an error of its own when the call does', async () => {
    const { controller, clock, run, live } = scene();
    const done = run(TWO);
    live.resolve();
    await clock.advance(100);
    controller.abort(new OracleCallError('ERR_CALL_ENDED'));
    await clock.settle();
    expect(await done).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });

  test('tells what goes wrong while the call goes on', async () => {
    const { run, live } = scene();
    const done = run(TWO);
    live.reject(new OracleCallError('ERR_CLI_SPEECH'));
    expect(await done).toMatchObject({ code: 'ERR_CLI_SPEECH' });
  });

  test('takes typed lines until the input ends', async () => {
    const { clock, live, run, did } = scene('written');
    const stdin = new PassThrough();
    const done = run({ kind: 'lines' }, stdin);
    live.resolve();
    stdin.end('/same\n\nhello\n');
    await clock.advance(50_000);
    expect(await done).toBeUndefined();
    expect(did).toEqual(['code true', 'writes hello']);
  });

  test('takes a typed answer to what the oracle asks at once, and other lines in their turn', async () => {
    const { clock, live, run, did } = scene('written');
    const stdin = new PassThrough();
    const done = run({ kind: 'lines' }, stdin);
    live.resolve();
    await clock.advance(10_000);
    stdin.write('order\n');
    await expect.poll(() => did).toEqual(['writes order']);
    // Still being answered.
    stdin.write('and then\ny\n');
    await expect.poll(() => did).toEqual(['writes order', 'allows it']);
    stdin.end();
    await clock.advance(90_000);
    expect(await done).toBeUndefined();
    expect(did).toEqual(['writes order', 'allows it', 'writes and then']);
  });
});

test('what is typed is a text, or steers the call', () => {
  expect(['', '  ', '/same', '/different', '/bye', ' hello '].map(parseLine)).toEqual([
    undefined,
    undefined,
    { kind: 'compared', isSame: true },
    { kind: 'compared', isSame: false },
    { kind: 'hang-up' },
    { kind: 'text', text: 'hello' },
  ]);
});

describe('raw sound', () => {
  const bytesOf = (samples: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(samples.length * 2);
    samples.forEach((sample, at) => bytes.writeInt16LE(sample, at * 2));
    return bytes;
  };
  const read = async (chunks: readonly Uint8Array[], rate: number): Promise<number[]> => {
    const samples: number[] = [];
    for await (const part of readRawSound(Readable.from(chunks), rate)) samples.push(...part);
    return samples;
  };

  test('is read whatever the chunks are, and an odd byte at its end is dropped', async () => {
    const bytes = bytesOf([0, 16_384, -16_384]);
    const chunks = [bytes.subarray(0, 3), bytes.subarray(3), Uint8Array.of(7)];
    expect(await read(chunks, 48_000)).toEqual([0, 0.5, -0.5]);
  });

  test('of another rate becomes 48 kHz', async () => {
    const samples = await read([bytesOf(Array.from({ length: 16_000 }, () => 1_000))], 16_000);
    expect(samples.length).toBe(48_000);
  });
});
