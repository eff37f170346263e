import { SecretBytes } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FrameCryptor } from './frame-cryptor.ts';
import { FrameCryptorHost } from './frame-cryptor-host.ts';
import type { EncodedFrame } from './frame-layout.ts';
import type { FromFrameWorker, ToFrameWorker, TransformOptions } from './worker-messages.ts';

/** A worker in the same thread, with the real inside, which the test can stop. */
class InlineWorker {
  onmessage: ((event: { readonly data: FromFrameWorker }) => void) | null = null;
  onerror: (() => void) | null = null;
  onmessageerror: (() => void) | null = null;
  isDead = false;
  isTerminated = false;
  readonly heard: ToFrameWorker[] = [];
  readonly host = new FrameCryptorHost((data) => queueMicrotask(() => this.onmessage?.({ data })));

  postMessage(message: ToFrameWorker): void {
    this.heard.push(message);
    if (!this.isDead) this.host.handle(message);
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

let worker: InlineWorker;
let clock: FakeClock;
/** Where the browser puts the frames of each script transform. */
let entries: WritableStreamDefaultWriter<EncodedFrame>[];
let failures: number;
let flowing: number;
let cryptor: FrameCryptor;

const key = (seed = 1): SecretBytes => new SecretBytes(new Uint8Array(32).fill(seed), 'test key');

beforeEach(() => {
  worker = new InlineWorker();
  clock = new FakeClock();
  failures = 0;
  entries = [];
  flowing = 0;
  // As the browser does it: the worker is told of the transform, some time later.
  vi.stubGlobal('RTCRtpScriptTransform', function scriptTransform(to: InlineWorker, options: TransformOptions) {
    const { readable, writable } = new TransformStream<EncodedFrame, EncodedFrame>();
    entries.push(writable.getWriter());
    if (!to.isDead) queueMicrotask(() => to.host.attach(options, readable, new WritableStream()));
  });
  cryptor = new FrameCryptor({
    worker: worker as object as Worker,
    clock,
    onFlowing: () => (flowing += 1),
    onFailed: () => (failures += 1),
  });
});

afterEach(() => {
  cryptor[Symbol.dispose]();
  vi.unstubAllGlobals();
});

/** The browser has a frame for one of the transforms, in their order. */
async function bringFrame(index: number): Promise<void> {
  const frame = { data: new ArrayBuffer(20), getMetadata: () => ({}) };
  await entries[index]?.write(frame);
  await new Promise(setImmediate);
}

const sender = (): RTCRtpSender => ({ transform: null }) as object as RTCRtpSender;
const receiver = (kind = 'audio'): RTCRtpReceiver => ({ transform: null, track: { kind } }) as object as RTCRtpReceiver;

test('a sender is sealing only when the worker was seen to get its frames and there is a key', async () => {
  const path = sender();
  await cryptor.switchSending(3, key());
  expect(await cryptor.isSealing(path)).toBe(false);
  await cryptor.attachSender(path, 'audio');
  // The worker has the streams; whether the browser leads frames there is not known yet.
  expect(await cryptor.isSealing(path)).toBe(false);
  expect(flowing).toBe(0);
  await bringFrame(0);
  expect(flowing).toBe(1);
  expect(cryptor.isFlowing(path)).toBe(true);
  expect(await cryptor.isSealing(path)).toBe(true);
  expect(await cryptor.isSealing(sender())).toBe(false);
  await cryptor.retire(3);
  expect(await cryptor.isSealing(path)).toBe(false);
});

test('a frame that is dropped shows as well that frames come', async () => {
  const path = receiver();
  await cryptor.attachReceiver(path);
  expect(cryptor.isFlowing(path)).toBe(false);
  await bringFrame(0);
  await bringFrame(0);
  expect(cryptor.isFlowing(path)).toBe(true);
  expect(flowing).toBe(1);
});

test('the transform is set before anything is waited for, and once', async () => {
  const path = sender();
  const attached = cryptor.attachSender(path, 'audio');
  const { transform } = path;
  expect(transform).not.toBeNull();
  await attached;
  await cryptor.attachSender(path, 'audio');
  expect(path.transform).toBe(transform);
});

test('keys reach the worker as keys that cannot be read, for one use', async () => {
  await cryptor.switchSending(3, key());
  await cryptor.installReceiving('agent', 3, key(2));
  const keys = worker.heard.flatMap((message) => ('key' in message ? [message.key] : []));
  expect(keys.map(({ extractable, usages }) => ({ extractable, usages }))).toEqual([
    { extractable: false, usages: ['encrypt'] },
    { extractable: false, usages: ['decrypt'] },
  ]);
});

test('each participant has a ring of its own, and a receiver none until it is bound', async () => {
  await cryptor.installReceiving('agent', 3, key());
  await cryptor.installReceiving('other', 3, key(2));
  await cryptor.installReceiving('agent', 4, key(3));
  const path = receiver();
  await cryptor.attachReceiver(path);
  await cryptor.bindReceiver(path, 'agent');
  await cryptor.bindReceiver(path, undefined);
  const rings = worker.heard.flatMap((message) => ('ring' in message ? [[message.kind, message.ring]] : []));
  expect(rings).toEqual([
    ['setReceiving', 1],
    ['setReceiving', 2],
    ['setReceiving', 1],
    ['bind', 1],
    ['bind', undefined],
  ]);
});

test('what a path carries is what the platform says', async () => {
  await cryptor.attachReceiver(receiver('video'));
  await cryptor.attachReceiver(receiver('audio'));
  const [video, audio, none] = [receiver('video'), receiver('audio'), receiver('audio')];
  await Promise.all([cryptor.attachReceiver(video), cryptor.attachReceiver(audio)]);
  const reports = await cryptor.reportsOf([video, none, audio]);
  expect(reports.map((report) => report?.medium)).toEqual(['video', undefined, 'audio']);
});

test.each([-1, 16, 0.5, Number.NaN])('there is no slot %s', async (slot) => {
  await expect(cryptor.switchSending(slot, key())).rejects.toThrow(RangeError);
  await expect(cryptor.installReceiving('agent', slot, key())).rejects.toThrow(RangeError);
  await expect(cryptor.retire(slot)).rejects.toThrow(RangeError);
  expect(worker.heard).toEqual([]);
});

test('a worker that does not answer fails what was asked, and everything after', async () => {
  worker.isDead = true;
  const asked = cryptor.retire(1);
  const attached = cryptor.attachSender(sender(), 'audio');
  const refusals = Promise.all([
    expect(asked).rejects.toMatchObject({ code: 'ERR_MEDIA_UNSUPPORTED' }),
    expect(attached).rejects.toMatchObject({ code: 'ERR_MEDIA_UNSUPPORTED' }),
  ]);
  await clock.advance(5_000);
  await refusals;
  expect(failures).toBe(1);
  await expect(cryptor.retire(1)).rejects.toMatchObject({ code: 'ERR_MEDIA_UNSUPPORTED' });
  expect(clock.pendingTimers).toBe(0);
});

test.each(['onerror', 'onmessageerror'] as const)('a worker that breaks (%s) is told once', async (event) => {
  worker.isDead = true;
  const asked = cryptor.retire(1);
  const refusal = expect(asked).rejects.toMatchObject({ code: 'ERR_MEDIA_UNSUPPORTED' });
  worker[event]?.();
  await refusal;
  worker[event]?.();
  expect(failures).toBe(1);
});

test('where frames cannot be reached, attaching is refused', async () => {
  vi.unstubAllGlobals();
  await expect(cryptor.attachSender(sender(), 'audio')).rejects.toMatchObject({ code: 'ERR_MEDIA_UNSUPPORTED' });
});

test('where there are encoded streams they go to the worker, rather than a script transform', async () => {
  const entry = new TransformStream<EncodedFrame, EncodedFrame>();
  entries.push(entry.writable.getWriter());
  const streams = { readable: entry.readable, writable: new WritableStream<EncodedFrame>() };
  const path = Object.assign(sender(), { createEncodedStreams: () => streams });
  await cryptor.attachSender(path, 'audio');
  await cryptor.switchSending(0, key());
  await bringFrame(0);
  expect(await cryptor.isSealing(path)).toBe(true);
  expect(path.transform).toBeNull();
});

test('a browser that refuses to give the frames is an error, not a track in the clear', async () => {
  const refusal = new DOMException('too late', 'InvalidStateError');
  const path = Object.assign(sender(), {
    createEncodedStreams: () => {
      throw refusal;
    },
  });
  await expect(cryptor.attachSender(path, 'audio')).rejects.toMatchObject({
    code: 'ERR_MEDIA_UNSUPPORTED',
    cause: refusal,
  });
  expect(await cryptor.isSealing(path)).toBe(false);
});

test('disposed, it ends the worker and everything that waits', async () => {
  worker.isDead = true;
  const asked = cryptor.retire(1);
  const refusal = expect(asked).rejects.toMatchObject({ code: 'ERR_MEDIA_UNSUPPORTED' });
  cryptor[Symbol.dispose]();
  await refusal;
  expect(worker.isTerminated).toBe(true);
  expect(clock.pendingTimers).toBe(0);
  expect(failures).toBe(0);
});
