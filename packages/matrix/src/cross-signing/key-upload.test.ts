import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { KEY_UPLOAD_LIMIT_MS, waitForKeyUpload } from './key-upload.ts';

interface ClientFacts {
  readonly version?: string | null;
  readonly counts?: object | null;
}

function client({ version = '1', counts = { total: 3, backedUp: 1 } }: ClientFacts = {}) {
  const listeners = new Set<() => void>();
  const crypto = {
    version,
    counts,
    getActiveSessionBackupVersion: () => Promise.resolve(crypto.version),
    ...(counts === null ? {} : { olmMachine: { roomKeyCounts: () => Promise.resolve(crypto.counts) } }),
  };
  return {
    crypto,
    listeners,
    on: (_notice: string, listener: () => void): unknown => listeners.add(listener),
    off: (_notice: string, listener: () => void): unknown => listeners.delete(listener),
    getCrypto: () => crypto,
    tell: () => [...listeners].forEach((listener) => listener()),
  };
}

test('who signs out waits until the homeserver has every room key', async () => {
  const one = client();
  const clock = new FakeClock();
  const upload = waitForKeyUpload(one, { clock });
  await clock.settle();
  one.crypto.counts = { total: 3, backedUp: 2 };
  one.tell();
  await clock.settle();
  expect(one.listeners.size).toBe(1);
  one.crypto.counts = { total: 3, backedUp: 3 };
  one.tell();
  await expect(upload).resolves.toEqual({ state: 'uploaded' });
  expect(one.listeners.size).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});

test('after a bounded wait it says how many keys are lost with the device', async () => {
  const one = client();
  const clock = new FakeClock();
  const upload = waitForKeyUpload(one, { clock });
  await clock.advance(KEY_UPLOAD_LIMIT_MS);
  await expect(upload).resolves.toEqual({ state: 'not-uploaded', cause: 'too-slow', remaining: 2 });
  expect(one.listeners.size).toBe(0);
});

test('without a backup there is nothing to wait for', async () => {
  const clock = new FakeClock();
  await expect(waitForKeyUpload(client({ version: null }), { clock })).resolves.toEqual({
    state: 'not-uploaded',
    cause: 'no-backup',
    remaining: 2,
  });
});

test('a backup that is given up meanwhile, and a crypto that does not count, are not taken for success', async () => {
  const clock = new FakeClock();
  const one = client();
  const upload = waitForKeyUpload(one, { clock });
  await clock.settle();
  one.crypto.version = null;
  one.tell();
  await expect(upload).resolves.toMatchObject({ cause: 'no-backup' });
  const mute = waitForKeyUpload(client({ counts: null }), { clock, limitMs: 5 });
  await clock.advance(5);
  await expect(mute).resolves.toEqual({ state: 'not-uploaded', cause: 'too-slow', remaining: undefined });
});

test('an abort ends the wait', async () => {
  const controller = new AbortController();
  const upload = waitForKeyUpload(client(), { clock: new FakeClock(), signal: controller.signal });
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(upload).rejects.toBe(reason);
});
