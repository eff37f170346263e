import { FakeClock, FakeDevices } from '@oracle-calls/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NetworkSample } from '../media/sfu-port.ts';
import { CallWatch, QUALITY_LOOK_MS } from './call-watch.ts';
import { createScene } from './call-scene.fixture.ts';
import type { CallNotice } from './notices.ts';

let clock: FakeClock;
let devices: FakeDevices;
let sample: NetworkSample | undefined;
let levels: (at: number) => number;
let told: CallNotice[];
let watch: CallWatch;

beforeEach(() => {
  clock = new FakeClock();
  devices = new FakeDevices();
  sample = undefined;
  levels = () => 0;
  told = [];
  watch = new CallWatch({
    clock,
    choices: devices.choices,
    network: async () => sample,
    microphoneLevel: () => levels(clock.now()),
    oracleLevel: () => levels(clock.now()),
    tell: (notice) => void told.push(notice),
  });
});

afterEach(() => {
  watch[Symbol.dispose]();
  expect(clock.pendingTimers).toBe(0);
  expect(devices.choices.observers).toBe(0);
});

test('the quality is told when it is known, and when it changes', async () => {
  sample = { roundTripMs: 40, jitterMs: 2, expectedPackets: 100, lostPackets: 0 };
  await clock.advance(QUALITY_LOOK_MS);
  for (let look = 2; look < 10; look += 1) {
    sample = { roundTripMs: look < 5 ? 40 : 900, jitterMs: 2, expectedPackets: look * 100, lostPackets: 0 };
    await clock.advance(QUALITY_LOOK_MS);
  }
  expect(told).toEqual([
    { kind: 'quality', quality: { level: 'good', roundTripMs: 40, lossRatio: 0 } },
    { kind: 'quality', quality: { level: 'poor', roundTripMs: 900, lossRatio: 0 } },
  ]);
});

test('an echo is told once', async () => {
  // Syllables of uneven length and loudness, and the microphone has the same ones.
  levels = (at) => (Math.sin(at / 130) + Math.sin(at / 71) > 0 ? 0.05 + 0.2 * Math.abs(Math.sin(at / 917)) : 0.001);
  await clock.advance(40_000);
  expect(told).toEqual([{ kind: 'echo' }]);
});

test('a speaker that was chosen and goes away is told as replaced', () => {
  const chosen = { microphone: undefined, camera: undefined, speaker: 'box' };
  const box = { deviceId: 'box', label: 'Box' };
  devices.choices.change({ chosen, devices: { microphone: [], camera: [], speaker: [box] } });
  expect(told).toEqual([]);
  devices.choices.change({ devices: { microphone: [], camera: [], speaker: [] } });
  devices.choices.change({ volume: 0.5 });
  expect(told).toEqual([{ kind: 'device', device: 'speaker', change: 'replaced', label: 'Box' }]);
});

test('a speaker that the person exchanges is nothing to tell', () => {
  const [box, headset] = [
    { deviceId: 'box', label: 'Box' },
    { deviceId: 'headset', label: 'Headset' },
  ];
  const chosen = { microphone: undefined, camera: undefined, speaker: 'box' };
  devices.choices.change({ chosen, devices: { microphone: [], camera: [], speaker: [box, headset] } });
  devices.choices.change({ chosen: { ...chosen, speaker: 'headset' } });
  devices.choices.change({ chosen: { ...chosen, speaker: undefined } });
  expect(told).toEqual([]);
});

test('a live call is watched from soon after its first sound until it ends', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  await scene.clock.advance(2_000);
  scene.sfu.last.sample = { roundTripMs: 900, jitterMs: 0, expectedPackets: 100, lostPackets: 0 };
  await scene.clock.advance(QUALITY_LOOK_MS);
  scene.sfu.last.sample = { roundTripMs: 900, jitterMs: 0, expectedPackets: 200, lostPackets: 0 };
  await scene.clock.advance(QUALITY_LOOK_MS);
  expect(scene.notices.filter(({ kind }) => kind === 'quality')).toHaveLength(1);
  await call.endCall();
  expect(scene.leftOpen()).toEqual([]);
});
