import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createBrowserDevices } from './browser-devices.ts';
import { PretendedBrowser } from './pretended-browser.fixture.ts';

const { signal } = new AbortController();
let browser: PretendedBrowser;

// Loaded ahead, so that nothing in a test waits for a disk.
beforeAll(() => Promise.all([import('./device-problem.ts'), import('./share-screen.ts')]));

beforeEach(() => {
  browser = new PretendedBrowser();
});

const createPort = (): ReturnType<typeof createBrowserDevices> => createBrowserDevices(browser.options);

describe('a call', () => {
  test('with sound opens the microphone alone, with echo cancellation', async () => {
    const tracks = await createPort().capture('audio', { signal });
    expect(tracks.map(({ kind, source }) => [kind, source])).toEqual([['audio', 'microphone']]);
    expect(tracks[0]?.level()).toBe(0.5);
    expect(browser.asked).toMatchObject([{ audio: { echoCancellation: true } }]);
    for (const track of tracks) track.stop();
    expect(browser.on()).toEqual([]);
  });

  test('with pictures gives the microphone first', async () => {
    const tracks = await createPort().capture('video', { signal });
    expect(tracks.map(({ source }) => source)).toEqual(['microphone', 'camera']);
    expect(tracks[1]?.level()).toBe(0);
  });

  test('captures nothing before it is seen to leave sealed', async () => {
    const tracks = await createPort().capture('video', { signal });
    expect(tracks.map(({ mediaStreamTrack }) => mediaStreamTrack?.enabled)).toEqual([false, false]);
  });

  test('that was given up has the devices that come on afterwards switched off again', async () => {
    const controller = new AbortController();
    browser.isAsking = true;
    const capture = createPort().capture('video', { signal: controller.signal });
    controller.abort(new Error('never mind'));
    browser.answer();
    await expect(capture).rejects.toThrow('never mind');
    expect(browser.on()).toEqual([]);
  });

  test('begins with what was chosen in this browser, and with another when that is away', async () => {
    await createPort().choices.choose('microphone', 'headset');
    await createPort().choices.choose('camera', 'webcam');
    await createPort().capture('video', { signal });
    expect(browser.asked).toMatchObject([
      { audio: { deviceId: { ideal: 'headset' } }, video: { deviceId: { ideal: 'webcam' } } },
    ]);
  });

  test('asks for nothing special when the choices cannot be read', async () => {
    browser.storage.isForbidden = true;
    await createPort().capture('audio', { signal });
    expect(browser.asked[0]?.audio).not.toHaveProperty('deviceId');
  });
});

describe('in mid-call', () => {
  test.each([
    ['exactly the one that is wanted', { exact: 'headset' }, { deviceId: { exact: 'headset' } }],
    ['the one that was chosen', 'chosen', { deviceId: { ideal: 'kept' } }],
  ] as const)('a device can be %s', async (_what, wish, expected) => {
    const port = createPort();
    await port.choices.choose('microphone', 'kept');
    const track = await port.open('microphone', { wish, signal });
    expect(track.source).toBe('microphone');
    expect(browser.asked).toMatchObject([{ audio: expected }]);
  });

  test("a device can be the system's own choice, whatever was chosen", async () => {
    const port = createPort();
    await port.choices.choose('camera', 'kept');
    await port.open('camera', { wish: 'default', signal });
    expect(browser.asked[0]?.video).not.toHaveProperty('deviceId');
  });

  test('a device that goes away is told to the call, and to nobody who would act by himself', async () => {
    const [track] = await createPort().capture('audio', { signal });
    let isHeardByOthers = false;
    track?.mediaStreamTrack?.addEventListener('ended', () => void (isHeardByOthers = true), { once: true });
    track?.mediaStreamTrack?.dispatchEvent(new Event('ended'));
    await expect(track?.gone).resolves.toBeUndefined();
    expect(isHeardByOthers).toBe(false);
  });

  test('a screen is shared without sound', async () => {
    const screen = await createPort().share({ signal });
    expect(screen).toMatchObject({ source: 'screen', kind: 'video' });
    expect(browser.asked).toMatchObject([{ audio: false }]);
  });

  test('a picker of screens that is dismissed is no error', async () => {
    browser.refusal = new DOMException('no', 'NotAllowedError');
    await expect(createPort().share({ signal })).resolves.toBeUndefined();
  });

  test('a screen that cannot be shared is an error', async () => {
    browser.refusal = new DOMException('no', 'NotReadableError');
    const details = { device: 'screen', problem: 'busy' };
    await expect(createPort().share({ signal })).rejects.toMatchObject({ code: 'ERR_MEDIA_DEVICE', details });
    browser.hasScreens = false;
    const absent = { device: 'screen', problem: 'absent' };
    await expect(createPort().share({ signal })).rejects.toMatchObject({ details: absent });
  });
});

describe('a refusal names', () => {
  test.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'absent'],
    ['NotReadableError', 'busy'],
    ['OverconstrainedError', 'absent'],
    ['TypeError', 'unknown'],
  ])('its kind: %s is %s', async (name, problem) => {
    browser.refusal = new DOMException('no', name);
    const details = { name, device: 'microphone', problem };
    await expect(createPort().capture('audio', { signal })).rejects.toMatchObject({
      code: 'ERR_MEDIA_DEVICE',
      details,
    });
  });

  test.each([
    ['NotAllowedError', 'camera', { granted: ['microphone'] }],
    ['NotAllowedError', 'microphone', { granted: [] }],
    ['NotFoundError', 'camera', { kinds: ['audioinput'] }],
    ['NotFoundError', 'microphone', { kinds: ['videoinput'] }],
    ['NotReadableError', 'camera', { opens: ['audio'] }],
    ['NotReadableError', 'microphone', { opens: [] }],
  ] as const)('which of both is at fault: %s of the %s', async (name, device, world) => {
    browser.refusal = new DOMException('no', name);
    Object.assign(browser, world);
    await expect(createPort().capture('video', { signal })).rejects.toMatchObject({ details: { name, device } });
    expect(browser.on()).toEqual([]);
  });

  test('the page itself when it did not come safely', async () => {
    const port = createBrowserDevices({ ...browser.options, mediaDevices: undefined });
    const details = { device: 'microphone', problem: 'insecure' };
    await expect(port.capture('audio', { signal })).rejects.toMatchObject({ code: 'ERR_MEDIA_DEVICE', details });
  });
});
