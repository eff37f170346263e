import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CallNotice } from './notices.ts';
import type { OracleCall } from './oracle-call.ts';
import { createScene } from './call-scene.fixture.ts';

let scene: ReturnType<typeof createScene>;
let call: OracleCall;

// Loaded ahead, so that nothing in a test waits for a disk.
beforeAll(() => import('./track-changes.ts'));

beforeEach(async () => {
  scene = createScene();
  call = await scene.liveCall();
});

const sources = (): string[] => scene.sfu.last.published.map(({ source }) => source);
const told = (...kinds: CallNotice['kind'][]): CallNotice[] => scene.notices.filter(({ kind }) => kinds.includes(kind));
const mutes = (): unknown[] =>
  scene.protocol.link.said.flatMap((saying) => ('isMuted' in saying ? [saying.isMuted] : []));

describe('the camera', () => {
  test('is switched on and off in an audio call, and off means that the device is off', async () => {
    expect(call.isCameraEnabled).toBe(false);
    await call.setCameraEnabled(true);
    expect(call.isCameraEnabled).toBe(true);
    expect(sources()).toEqual(['microphone', 'camera']);
    expect(told('localTrack')).toHaveLength(2);
    await call.setCameraEnabled(false);
    expect(call.isCameraEnabled).toBe(false);
    expect(sources()).toEqual(['microphone']);
    expect(scene.devices.last('camera').isOn).toBe(false);
    expect(told('localTrackEnded', 'device')).toEqual([
      { kind: 'localTrackEnded', source: 'camera', cause: 'stopped' },
    ]);
  });

  test('asked for twice is switched on once', async () => {
    await Promise.all([call.setCameraEnabled(true), call.setCameraEnabled(true)]);
    expect(sources()).toEqual(['microphone', 'camera']);
    await Promise.all([call.setCameraEnabled(false), call.setCameraEnabled(true), call.setCameraEnabled(false)]);
    expect(sources()).toEqual(['microphone']);
    expect(scene.devices.on).toBe(1);
  });

  test('that cannot be used is an error, and the call goes on', async () => {
    scene.devices.problems.set('camera', 'busy');
    await expect(call.setCameraEnabled(true)).rejects.toMatchObject({
      code: 'ERR_MEDIA_DEVICE',
      details: { device: 'camera', problem: 'busy' },
    });
    expect(call.isCameraEnabled).toBe(false);
    expect(call.state.kind).toBe('Live');
  });

  test('of a video call can be off before the call is connected', async () => {
    await call.endCall();
    const video = scene.placeCall(undefined, 'video');
    expect(video.isCameraEnabled).toBe(true);
    await video.setCameraEnabled(false);
    expect(scene.devices.last('camera').isOn).toBe(false);
    expect(video.isCameraEnabled).toBe(false);
    await scene.clock.settle();
    expect(sources()).toEqual(['microphone']);
  });

  test('that goes away is replaced by the default, and off when there is none', async () => {
    await call.setCameraEnabled(true);
    const first = scene.devices.last('camera');
    first.unplug();
    await scene.clock.settle();
    expect(told('device')).toEqual([{ kind: 'device', device: 'camera', change: 'replaced', label: '' }]);
    expect(scene.devices.last('camera')).not.toBe(first);
    expect(scene.devices.last('camera').wish).toBe('default');
    scene.devices.problems.set('camera', 'absent');
    scene.devices.last('camera').unplug();
    await scene.clock.settle();
    expect(told('localTrackEnded')).toEqual([{ kind: 'localTrackEnded', source: 'camera', cause: 'unplugged' }]);
    expect(told('device').at(-1)).toEqual({ kind: 'device', device: 'camera', change: 'unplugged', label: '' });
    expect(call.isCameraEnabled).toBe(false);
    expect(sources()).toEqual(['microphone']);
  });
});

describe('the screen', () => {
  test('is shared until the person says so', async () => {
    await call.setScreenShared(true);
    expect(call.isScreenShared).toBe(true);
    expect(sources()).toEqual(['microphone', 'screen']);
    await call.setScreenShared(true);
    expect(sources()).toEqual(['microphone', 'screen']);
    await call.setScreenShared(false);
    expect(call.isScreenShared).toBe(false);
    expect(scene.devices.last('screen').isOn).toBe(false);
  });

  test('that the person does not pick is no error', async () => {
    scene.devices.isScreenDismissed = true;
    await call.setScreenShared(true);
    expect(call.isScreenShared).toBe(false);
    expect(sources()).toEqual(['microphone']);
  });

  test('that ends by the bar of the browser is told', async () => {
    await call.setScreenShared(true);
    scene.devices.last('screen').unplug();
    await scene.clock.settle();
    expect(told('localTrackEnded', 'device')).toEqual([
      { kind: 'localTrackEnded', source: 'screen', cause: 'stopped' },
    ]);
    expect(sources()).toEqual(['microphone']);
  });
});

describe('the microphone', () => {
  test('is exchanged by a choice, with the one before off', async () => {
    const first = scene.devices.last('microphone');
    await scene.core.devices.choose('microphone', 'headset');
    expect(scene.devices.last('microphone').wish).toEqual({ exact: 'headset' });
    expect(scene.sfu.last.published).toEqual([scene.devices.last('microphone')]);
    expect(first.isOn).toBe(false);
    expect(scene.core.devices.snapshot.chosen.microphone).toBe('headset');
  });

  test('stays when the one that is chosen cannot be used', async () => {
    scene.devices.problems.set('microphone', 'busy');
    const refusal = scene.core.devices.choose('microphone', 'headset');
    await expect(refusal).rejects.toMatchObject({ code: 'ERR_MEDIA_DEVICE', details: { problem: 'busy' } });
    expect(scene.devices.on).toBe(1);
    expect(scene.sfu.last.published).toEqual([scene.devices.last('microphone')]);
    expect(scene.core.devices.snapshot.chosen.microphone).toBeUndefined();
  });

  test('stays when the connection does not take the one that is chosen, which is off again', async () => {
    scene.sfu.last.isMending = true;
    await expect(scene.core.devices.choose('microphone', 'headset')).rejects.toMatchObject({
      code: 'ERR_MEDIA_CONNECT',
    });
    expect(scene.devices.opened.map(({ isOn }) => isOn)).toEqual([true, false]);
  });

  test('that is exchanged while muted is muted', async () => {
    await call.setMicrophoneEnabled(false);
    await scene.core.devices.choose('microphone', 'headset');
    expect(scene.sfu.last.muted.get(scene.devices.last('microphone'))).toBe(true);
    expect(call.isMicrophoneEnabled).toBe(false);
  });

  test('that goes away while the connection is mended is published anew', async () => {
    scene.sfu.last.isMending = true;
    scene.devices.last('microphone').unplug();
    await scene.clock.settle();
    expect(scene.sfu.last.published).toEqual([scene.devices.last('microphone')]);
    expect(scene.devices.last('microphone').isOn).toBe(true);
    expect(scene.devices.on).toBe(1);
  });

  test('that goes away with no other leaves the call muted, which the oracle is told, until one is chosen', async () => {
    scene.devices.problems.set('microphone', 'absent');
    scene.devices.last('microphone').unplug();
    await scene.clock.settle();
    expect(call.isMicrophoneEnabled).toBe(false);
    expect(call.state.kind).toBe('Live');
    expect(sources()).toEqual([]);
    expect(mutes()).toEqual([true]);
    await expect(call.setMicrophoneEnabled(true)).rejects.toMatchObject({ code: 'ERR_MEDIA_DEVICE' });
    scene.devices.problems.clear();
    await scene.core.devices.choose('microphone', 'headset');
    expect(call.isMicrophoneEnabled).toBe(true);
    expect(sources()).toEqual(['microphone']);
    await scene.clock.settle();
    expect(mutes()).toEqual([true, false]);
  });

  test('that is back is found by unmuting', async () => {
    scene.devices.problems.set('microphone', 'absent');
    scene.devices.last('microphone').unplug();
    await scene.clock.settle();
    scene.devices.problems.clear();
    await call.setMicrophoneEnabled(true);
    expect(call.isMicrophoneEnabled).toBe(true);
    expect(sources()).toEqual(['microphone']);
  });
});

test('a call that has ended has everything off, and switches nothing on', async () => {
  await call.setCameraEnabled(true);
  await call.setScreenShared(true);
  await call.endCall();
  expect(scene.leftOpen()).toEqual([]);
  await expect(call.setCameraEnabled(true)).rejects.toMatchObject({ code: 'ERR_CALL_ENDED' });
  await expect(call.setScreenShared(true)).rejects.toMatchObject({ code: 'ERR_CALL_ENDED' });
  await scene.core.devices.choose('microphone', 'headset');
  expect(scene.leftOpen()).toEqual([]);
});

test('a camera that comes on while the call ends is switched off', async () => {
  const prompt = scene.devices.ask();
  const camera = call.setCameraEnabled(true);
  await scene.clock.settle();
  const ended = call.endCall();
  prompt.grant();
  await expect(camera).rejects.toMatchObject({ code: 'ERR_CALL_ENDED' });
  await ended;
  expect(scene.leftOpen()).toEqual([]);
});
