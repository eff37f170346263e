import { expect, test } from 'vitest';
import { Speaker } from '../media/speaker.ts';
import { createBrowserDevices } from './browser-devices.ts';

interface Device {
  readonly kind: string;
  isOn: boolean;
}

/** A browser whose devices are switches and whose permission prompt the test answers. */
function createBrowser() {
  const devices: Device[] = [];
  const constraints: MediaStreamConstraints[] = [];
  const prompt = Promise.withResolvers<void>();
  const open = (kind: string): MediaStreamTrack => {
    const device = { kind, isOn: true };
    devices.push(device);
    const stop = (): void => void (device.isOn = false);
    return Object.assign(new EventTarget(), { kind, stop }) as MediaStreamTrack;
  };
  const probe = () => ({ level: () => 0.5, [Symbol.dispose]: () => undefined });
  const port = createBrowserDevices({
    audioGraph: { probe, open: () => expect.unreachable(), speaker: new Speaker() },
    mediaDevices: {
      async getUserMedia(wanted = {}) {
        constraints.push(wanted);
        await prompt.promise;
        // The camera comes first, as it may.
        const tracks = [...(wanted.video === undefined ? [] : [open('video')]), open('audio')];
        return { getTracks: () => tracks } as MediaStream;
      },
    },
  });
  return { port, prompt, constraints, on: () => devices.filter(({ isOn }) => isOn).map(({ kind }) => kind) };
}

const { signal } = new AbortController();

test('an audio call opens the microphone alone, with echo cancellation', async () => {
  const browser = createBrowser();
  browser.prompt.resolve();
  const tracks = await browser.port.capture('audio', { signal });
  expect(tracks.map(({ kind }) => kind)).toEqual(['audio']);
  expect(tracks[0]?.level()).toBe(0.5);
  expect(browser.constraints).toMatchObject([{ audio: { echoCancellation: true } }]);
  for (const track of tracks) track.stop();
  expect(browser.on()).toEqual([]);
});

test('a video call gives the microphone first', async () => {
  const browser = createBrowser();
  browser.prompt.resolve();
  const tracks = await browser.port.capture('video', { signal });
  expect(tracks.map(({ kind }) => kind)).toEqual(['audio', 'video']);
  expect(tracks[1]?.level()).toBe(0);
});

test('a refusal is ERR_MEDIA_DEVICE and names its kind', async () => {
  const browser = createBrowser();
  browser.prompt.reject(new DOMException('no', 'NotAllowedError'));
  const error = { code: 'ERR_MEDIA_DEVICE', details: { name: 'NotAllowedError' } };
  await expect(browser.port.capture('audio', { signal })).rejects.toMatchObject(error);
});

test('devices that come on after the caller gave up are switched off again', async () => {
  const browser = createBrowser();
  const controller = new AbortController();
  const capture = browser.port.capture('video', { signal: controller.signal });
  controller.abort(new Error('never mind'));
  browser.prompt.resolve();
  await expect(capture).rejects.toThrow('never mind');
  expect(browser.on()).toEqual([]);
});
