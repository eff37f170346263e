import { beforeEach, describe, expect, test } from 'vitest';
import { FrameCryptorHost } from './frame-cryptor-host.ts';
import { deriveFrameKey } from './frame-key.ts';
import type { EncodedFrame, Medium } from './frame-layout.ts';
import type { FromFrameWorker, ToFrameWorker, TransformDirection, TransformReport } from './worker-messages.ts';

const mediaKey = (seed: number): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(seed);
const sealingKey = (seed = 1): Promise<CryptoKey> => deriveFrameKey(mediaKey(seed), 'encrypt');
const openingKey = (seed = 1): Promise<CryptoKey> => deriveFrameKey(mediaKey(seed), 'decrypt');

interface FrameOptions {
  readonly mimeType?: string;
  readonly type?: EncodedFrame['type'];
  readonly bytes?: readonly number[];
}

function frameOf({ mimeType, type, bytes = [...Array(40).keys()] }: FrameOptions = {}): EncodedFrame {
  return { data: new Uint8Array(bytes).buffer, type, getMetadata: () => ({ mimeType }) };
}

/** A stream through the worker's inside, fed and read frame by frame. */
interface Pipe {
  push(frame: EncodedFrame): Promise<void>;
  readonly out: EncodedFrame[];
  end(): Promise<void>;
}

let said: FromFrameWorker[];
let host: FrameCryptorHost;

beforeEach(() => {
  said = [];
  host = new FrameCryptorHost((message) => said.push(message));
});

function tell(message: ToFrameWorker extends infer T ? (T extends unknown ? Omit<T, 'request'> : never) : never): void {
  host.handle({ ...message, request: 1 });
}

function attach(transform: number, direction: TransformDirection, medium: Medium = 'audio'): Pipe {
  const out: EncodedFrame[] = [];
  const entry = new TransformStream<EncodedFrame, EncodedFrame>();
  const writer = entry.writable.getWriter();
  host.attach(
    { transform, direction, medium },
    entry.readable,
    new WritableStream({ write: (frame) => void out.push(frame) }),
  );
  return {
    out,
    async push(frame) {
      const before = seen(transform);
      await writer.write(frame);
      // The worker looks at frames one after the other; each ends in exactly one count.
      while (seen(transform) === before) await new Promise(setImmediate);
    },
    end: () => writer.close(),
  };
}

function report(transform: number): TransformReport | undefined {
  tell({ kind: 'inspect' });
  const last = said.at(-1);
  if (last?.kind !== 'inspected') throw new Error('The host did not answer.');
  return last.transforms.find((other) => other.transform === transform);
}

function seen(transform: number): number {
  const { passed = 0, dropped } = report(transform) ?? {};
  return passed + Object.values(dropped ?? {}).reduce((sum, count) => sum + count, 0);
}

const bytesOf = (frame: EncodedFrame | undefined): number[] => [...new Uint8Array(frame?.data ?? new ArrayBuffer())];

describe('sealing', () => {
  test('without a key no frame leaves', async () => {
    const pipe = attach(1, 'seal');
    await pipe.push(frameOf());
    expect(pipe.out).toEqual([]);
    expect(report(1)).toMatchObject({ passed: 0, dropped: { 'no-key': 1 } });
  });

  test('a frame without content does not leave either', async () => {
    const pipe = attach(1, 'seal');
    await pipe.push(frameOf({ bytes: [] }));
    tell({ kind: 'switchSending', slot: 0, key: await sealingKey() });
    await pipe.push(frameOf({ bytes: [] }));
    expect(pipe.out).toEqual([]);
    expect(report(1)).toMatchObject({ dropped: { 'no-key': 1, malformed: 1 } });
  });

  test('with a key frames leave sealed, under the slot in use', async () => {
    const pipe = attach(1, 'seal');
    tell({ kind: 'switchSending', slot: 5, key: await sealingKey() });
    await pipe.push(frameOf({ mimeType: 'audio/opus' }));
    tell({ kind: 'switchSending', slot: 6, key: await sealingKey(2) });
    await pipe.push(frameOf({ mimeType: 'audio/opus' }));
    expect(pipe.out.map((frame) => bytesOf(frame).at(-1))).toEqual([5, 6]);
    expect(pipe.out.map((frame) => frame.data.byteLength)).toEqual([40 + 30, 40 + 30]);
    expect(report(1)).toMatchObject({ passed: 2 });
  });

  test('when the slot in use is retired nothing leaves; an old one retired changes nothing', async () => {
    const pipe = attach(1, 'seal');
    tell({ kind: 'switchSending', slot: 5, key: await sealingKey() });
    tell({ kind: 'switchSending', slot: 6, key: await sealingKey(2) });
    tell({ kind: 'retire', slot: 5 });
    await pipe.push(frameOf());
    expect(pipe.out.length).toBe(1);
    tell({ kind: 'retire', slot: 6 });
    await pipe.push(frameOf());
    expect(pipe.out.length).toBe(1);
    expect(report(1)).toMatchObject({ passed: 1, dropped: { 'no-key': 1 } });
  });

  test('a key that cannot seal seals nothing', async () => {
    const pipe = attach(1, 'seal');
    tell({ kind: 'switchSending', slot: 0, key: await openingKey() });
    await pipe.push(frameOf());
    expect(pipe.out).toEqual([]);
    expect(report(1)).toMatchObject({ dropped: { malformed: 1 } });
  });

  test.each([
    ['audio', { mimeType: 'audio/PCMU' }],
    ['audio', { mimeType: 'audio/red' }],
    ['video', { mimeType: 'video/H264', type: 'key' }],
    ['video', { mimeType: 'video/VP9', type: 'delta' }],
    ['video', { mimeType: 'video/AV1', type: 'key' }],
    ['video', { mimeType: 'audio/opus', type: 'key' }],
    ['video', { mimeType: 'video/VP8', type: 'empty' }],
    ['video', {}],
  ] as const)('%s of another codec is dropped, and counted as that: %o', async (medium, options) => {
    const pipe = attach(1, 'seal', medium);
    tell({ kind: 'switchSending', slot: 0, key: await sealingKey() });
    await pipe.push(frameOf(options));
    expect(pipe.out).toEqual([]);
    expect(report(1)).toMatchObject({ passed: 0, dropped: { codec: 1 } });
  });

  test('streams never share a nonce', async () => {
    tell({ kind: 'switchSending', slot: 0, key: await sealingKey() });
    const nonces: string[] = [];
    for (const transform of [1, 2, 3]) {
      const pipe = attach(transform, 'seal');
      for (let frame = 0; frame < 5; frame += 1) await pipe.push(frameOf());
      nonces.push(...pipe.out.map((frame) => bytesOf(frame).slice(-14, -2).join(' ')));
    }
    expect(new Set(nonces).size).toBe(15);
  });
});

describe('opening', () => {
  async function sealed(
    slot: number,
    seed = 1,
    medium: Medium = 'audio',
    options: FrameOptions = {},
  ): Promise<EncodedFrame> {
    const sender = new FrameCryptorHost(() => undefined);
    sender.handle({ kind: 'switchSending', request: 1, slot, key: await sealingKey(seed) });
    const entry = new TransformStream<EncodedFrame, EncodedFrame>();
    const exit = new TransformStream<EncodedFrame, EncodedFrame>();
    sender.attach({ transform: 1, direction: 'seal', medium }, entry.readable, exit.writable);
    const writing = entry.writable.getWriter().write(frameOf(options));
    const { value } = await exit.readable.getReader().read();
    await writing;
    if (value === undefined) throw new Error('The frame was not sealed.');
    return value;
  }

  test('without a ring every frame is dropped, whatever keys there are', async () => {
    const pipe = attach(1, 'open');
    tell({ kind: 'setReceiving', ring: 1, slot: 5, key: await openingKey() });
    await pipe.push(await sealed(5));
    await pipe.push(frameOf());
    await pipe.push(frameOf({ bytes: [] }));
    expect(pipe.out).toEqual([]);
    expect(report(1)).toMatchObject({ passed: 0, dropped: { 'not-admitted': 3 } });
  });

  test('bound to a ring it opens what is sealed under the ring, and nothing else', async () => {
    const pipe = attach(1, 'open');
    tell({ kind: 'setReceiving', ring: 1, slot: 5, key: await openingKey() });
    tell({ kind: 'setReceiving', ring: 2, slot: 5, key: await openingKey(2) });
    tell({ kind: 'bind', transform: 1, ring: 1 });
    await pipe.push(await sealed(5));
    expect(bytesOf(pipe.out[0])).toEqual(bytesOf(frameOf()));
    await pipe.push(await sealed(5, 2));
    await pipe.push(await sealed(6));
    await pipe.push(frameOf());
    await pipe.push(frameOf({ bytes: [] }));
    expect(pipe.out.length).toBe(1);
    expect(report(1)).toMatchObject({
      passed: 1,
      dropped: { 'not-authentic': 1, 'no-key': 1, malformed: 2 },
    });
    tell({ kind: 'bind', transform: 1, ring: 2 });
    await pipe.push(await sealed(5, 2));
    tell({ kind: 'bind', transform: 1, ring: undefined });
    await pipe.push(await sealed(5, 2));
    expect(pipe.out.length).toBe(2);
  });

  test('what this side sends never opens here: reflected frames stay silent', async () => {
    const sender = attach(1, 'seal');
    tell({ kind: 'switchSending', slot: 5, key: await sealingKey() });
    await sender.push(frameOf());
    const receiver = attach(2, 'open');
    tell({ kind: 'setReceiving', ring: 1, slot: 5, key: await openingKey(2) });
    tell({ kind: 'bind', transform: 2, ring: 1 });
    await receiver.push({ ...frameOf(), data: sender.out[0]?.data ?? new ArrayBuffer() });
    expect(report(2)).toMatchObject({ passed: 0, dropped: { 'not-authentic': 1 } });
  });

  test('a retired slot opens nothing in any ring', async () => {
    const pipe = attach(1, 'open');
    tell({ kind: 'setReceiving', ring: 1, slot: 5, key: await openingKey() });
    tell({ kind: 'bind', transform: 1, ring: 1 });
    tell({ kind: 'retire', slot: 5 });
    await pipe.push(await sealed(5));
    expect(report(1)).toMatchObject({ passed: 0, dropped: { 'no-key': 1 } });
  });

  test('pictures keep the front that SFUs look at', async () => {
    const pipe = attach(1, 'open', 'video');
    tell({ kind: 'setReceiving', ring: 1, slot: 5, key: await openingKey() });
    tell({ kind: 'bind', transform: 1, ring: 1 });
    for (const [type, clear] of [
      ['key', 10],
      ['delta', 3],
    ] as const) {
      const frame = await sealed(5, 1, 'video', { mimeType: 'video/VP8', type });
      expect(bytesOf(frame).slice(0, clear)).toEqual(bytesOf(frameOf()).slice(0, clear));
      expect(bytesOf(frame)[clear]).not.toBe(clear);
      await pipe.push({ ...frameOf({ mimeType: 'video/VP8', type }), data: frame.data });
    }
    expect(pipe.out.map(bytesOf)).toEqual([bytesOf(frameOf()), bytesOf(frameOf())]);
    await pipe.push(frameOf({ mimeType: 'video/H264', type: 'key' }));
    expect(report(1)).toMatchObject({ passed: 2, dropped: { codec: 1 } });
  });
});

test('the page is told when a stream is taken and when its first frame comes, and a stream that ended is no longer reported', async () => {
  const pipe = attach(7, 'seal');
  expect(said).toContainEqual({ kind: 'attached', transform: 7 });
  expect(report(7)).toBeDefined();
  expect(said).not.toContainEqual({ kind: 'flowing', transform: 7 });
  await pipe.push(frameOf());
  await pipe.push(frameOf());
  expect(said.filter(({ kind }) => kind === 'flowing')).toEqual([{ kind: 'flowing', transform: 7 }]);
  await pipe.end();
  await expect.poll(() => report(7)).toBeUndefined();
});

test('whether there is a key to seal with is told, not guessed', async () => {
  tell({ kind: 'inspect' });
  expect(said.at(-1)).toMatchObject({ hasSendingKey: false });
  tell({ kind: 'switchSending', slot: 3, key: await sealingKey() });
  tell({ kind: 'inspect' });
  expect(said.at(-1)).toMatchObject({ hasSendingKey: true });
});
