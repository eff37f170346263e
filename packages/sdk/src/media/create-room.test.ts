import { Room } from 'livekit-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRoom } from './create-room.ts';

class CountedDevices extends EventTarget {
  listeners = 0;

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.listeners += 1;
    super.addEventListener(...args);
  }
}

let devices: CountedDevices;

beforeEach(() => {
  devices = new CountedDevices();
  // What LiveKit takes for a browser.
  vi.stubGlobal('document', {});
  vi.stubGlobal('navigator', { mediaDevices: devices, userAgent: '' });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('nothing outside of a room is given anything of it; of one that LiveKit makes, two places are', async () => {
  const registered = vi.spyOn(FinalizationRegistry.prototype, 'register');
  const given = (): number => registered.mock.calls.filter(([target]) => target instanceof Room).length;
  await createRoom({}).disconnect();
  expect([devices.listeners, given()]).toEqual([0, 0]);
  await new Room().disconnect();
  expect([devices.listeners, given()]).toEqual([1, 1]);
});

test('everybody else hears of devices as before, also where somebody has put another method in the place', () => {
  createRoom({});
  devices.addEventListener('devicechange', () => undefined);
  expect(devices.listeners).toBe(1);
  const own = vi.fn();
  Object.defineProperty(devices, 'addEventListener', { configurable: true, value: own });
  createRoom({});
  devices.addEventListener('devicechange', () => undefined);
  expect(own).toHaveBeenCalledOnce();
});

test('a page that has no devices may have rooms', () => {
  vi.stubGlobal('navigator', { userAgent: '' });
  expect(createRoom({})).toBeInstanceOf(Room);
});
