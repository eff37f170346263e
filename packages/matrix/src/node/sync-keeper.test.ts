import { silentLogger } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { FakeSdkClient } from '../js-sdk/fake-sdk-client.fixture.ts';
import { SyncKeeper } from './sync-keeper.ts';

function keeperWith(saveMs = 0) {
  const clock = new FakeClock();
  const startedAt = clock.now();
  const savedAt: number[] = [];
  const client = new FakeSdkClient();
  const save = (): Promise<void> => {
    savedAt.push(clock.now() - startedAt);
    return saveMs === 0 ? Promise.resolve() : clock.sleep(saveMs);
  };
  const keeper = new SyncKeeper({ client, save, clock, logger: silentLogger });
  const handled = (): void => client.emit('sync', 'SYNCING', 'SYNCING');
  return { clock, client, keeper, handled, savedAt };
}

test('a handled sync is saved at once, synchronously with its notice', () => {
  const { handled, savedAt } = keeperWith();
  handled();
  expect(savedAt).toEqual([0]);
});

test('syncs are saved at most once a second, and never between two notices', async () => {
  const { clock, handled, savedAt } = keeperWith();
  for (let ms = 0; ms < 3_000; ms += 250) {
    handled();
    await clock.advance(250);
  }
  expect(savedAt).toEqual([0, 1_000, 2_000]);
  await clock.advance(60_000);
  expect(savedAt).toHaveLength(3);
  expect(clock.pendingTimers).toBe(0);
});

test('slow saving is done less often: at most a hundredth of the time', async () => {
  const { clock, handled, savedAt } = keeperWith(200);
  for (let ms = 0; ms < 50_000; ms += 100) {
    handled();
    await clock.advance(100);
  }
  expect(savedAt).toEqual([0, 20_200, 40_400]);
});

test('a failed save is tried again with the next sync that is due', async () => {
  const clock = new FakeClock();
  const client = new FakeSdkClient();
  let attempts = 0;
  const save = (): Promise<void> => ((attempts += 1) === 1 ? Promise.reject(new Error('disk')) : Promise.resolve());
  const warned: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warned.push(message) };
  await using _keeper = new SyncKeeper({ client, save, clock, logger });
  client.emit('sync', 'SYNCING');
  await clock.advance(1_000);
  client.emit('sync', 'SYNCING');
  await clock.settle();
  expect(attempts).toBe(2);
  expect(warned).toEqual(['matrix sync not kept']);
});

test('only handled syncs are saved, and none after disposal', async () => {
  const { client, keeper, handled, savedAt } = keeperWith();
  for (const state of ['PREPARED', 'RECONNECTING', 'CATCHUP', 'ERROR', 'STOPPED']) client.emit('sync', state);
  await keeper[Symbol.asyncDispose]();
  handled();
  expect(savedAt).toEqual([]);
  expect(client.listenerCount).toBe(0);
});

test('disposal waits for the save that is under way', async () => {
  const { clock, keeper, handled } = keeperWith(100);
  handled();
  let isDone = false;
  const disposed = keeper[Symbol.asyncDispose]().then(() => (isDone = true));
  await clock.settle();
  expect(isDone).toBe(false);
  await clock.advance(100);
  await disposed;
});

test('disposal does not wait without end for a disk that refuses: such a save is never complete', async () => {
  const clock = new FakeClock();
  const client = new FakeSdkClient();
  const save = (): Promise<void> => new Promise(() => undefined);
  const keeper = new SyncKeeper({ client, save, clock, logger: silentLogger });
  client.emit('sync', 'SYNCING');
  const disposed = keeper[Symbol.asyncDispose]();
  await clock.advance(2_000);
  await disposed;
  expect(clock.pendingTimers).toBe(0);
});
