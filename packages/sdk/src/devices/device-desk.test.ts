import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createBrowserDevices } from './browser-devices.ts';
import { PretendedBrowser, PretendedElement } from './pretended-browser.fixture.ts';

const HEADSET = { kind: 'audioinput', deviceId: 'headset', label: 'Headset' } as const;
const SPEAKER = { kind: 'audiooutput', deviceId: 'box', label: 'Box' } as const;

let browser: PretendedBrowser;
let port: ReturnType<typeof createBrowserDevices>;

// Loaded ahead, so that nothing in a test waits for a disk.
beforeAll(() => import('./device-desk.ts'));

beforeEach(() => {
  browser = new PretendedBrowser();
  port = createBrowserDevices(browser.options);
});

const settled = (): Promise<void> => new Promise(setImmediate);

/** Observes, and waits until what there is was looked at. */
async function observed(): Promise<{ told: number } & Disposable> {
  const observation = { told: 0, [Symbol.dispose]: () => undefined as void };
  const disposable = port.choices.observe(() => void (observation.told += 1));
  observation[Symbol.dispose] = () => disposable[Symbol.dispose]();
  await settled();
  return observation;
}

async function plug(devices: PretendedBrowser['devices']): Promise<void> {
  browser.devices = devices;
  browser.dispatchEvent(new Event('devicechange'));
  await settled();
}

describe('the list', () => {
  test('is empty until somebody observes, then has what is plugged in, and follows it', async () => {
    browser.devices = [HEADSET];
    expect(port.choices.snapshot.devices.microphone).toEqual([]);
    using observation = await observed();
    expect(port.choices.snapshot.devices.microphone).toEqual([{ deviceId: 'headset', label: 'Headset' }]);
    const { told } = observation;
    await plug([HEADSET, SPEAKER]);
    expect(port.choices.snapshot.devices.speaker).toEqual([{ deviceId: 'box', label: 'Box' }]);
    expect(observation.told).toBe(told + 1);
  });

  test('is the same object, and nobody is told, when nothing is different', async () => {
    browser.devices = [HEADSET];
    using observation = await observed();
    const { snapshot } = port.choices;
    const { told } = observation;
    await plug([HEADSET]);
    expect(port.choices.snapshot).toBe(snapshot);
    expect(observation.told).toBe(told);
  });

  test('leaves out what has no id, and the default, which is what choosing nothing means', async () => {
    browser.devices = [HEADSET, { ...HEADSET, deviceId: '' }, { ...HEADSET, deviceId: 'default' }];
    using _observation = await observed();
    expect(port.choices.snapshot.devices.microphone).toHaveLength(1);
  });

  test('is watched for as long as somebody observes', async () => {
    const one = await observed();
    const other = await observed();
    one[Symbol.dispose]();
    await settled();
    expect(browser.watchers).toBe(1);
    other[Symbol.dispose]();
    await settled();
    expect(browser.watchers).toBe(0);
    await plug([HEADSET]);
    expect(port.choices.snapshot.devices.microphone).toEqual([]);
  });

  test('says what is permitted, and follows what the person changes in the browser', async () => {
    browser.granted = ['camera'];
    using _observation = await observed();
    expect(port.choices.snapshot.permissions).toEqual({ microphone: 'prompt', camera: 'granted' });
    browser.permissionsOf.microphone.state = 'denied';
    browser.permissionsOf.microphone.dispatchEvent(new Event('change'));
    await settled();
    expect(port.choices.snapshot.permissions.microphone).toBe('denied');
  });

  test('takes labels for a permission where the browser does not say', async () => {
    const { permissions: _permissions, ...options } = browser.options;
    port = createBrowserDevices({
      ...options,
      permissions: { query: () => Promise.reject(new TypeError('unknown name')) },
    });
    browser.devices = [HEADSET];
    using _observation = await observed();
    expect(port.choices.snapshot.permissions).toEqual({ microphone: 'granted', camera: 'unknown' });
  });
});

describe('a choice', () => {
  test('is kept in this browser until it is taken back', async () => {
    await port.choices.choose('microphone', 'headset');
    expect(createBrowserDevices(browser.options).choices.snapshot.chosen.microphone).toBe('headset');
    await port.choices.choose('microphone', undefined);
    expect(createBrowserDevices(browser.options).choices.snapshot.chosen.microphone).toBeUndefined();
    expect(browser.storage.items.size).toBe(0);
  });

  test('lasts as long as the page where nothing can be kept', async () => {
    browser.storage.isForbidden = true;
    await port.choices.choose('microphone', 'headset');
    expect(port.choices.snapshot.chosen.microphone).toBe('headset');
  });

  test('goes to the call in progress first, and is not kept when that refuses it', async () => {
    const used: unknown[] = [];
    const serving = port.serve(async (source, wish) => {
      used.push([source, wish]);
      if (source === 'camera') throw new Error('busy');
    });
    await port.choices.choose('microphone', 'headset');
    await port.choices.choose('microphone', undefined);
    await expect(port.choices.choose('camera', 'webcam')).rejects.toThrow('busy');
    expect(port.choices.snapshot.chosen.camera).toBeUndefined();
    expect(used).toEqual([
      ['microphone', { exact: 'headset' }],
      ['microphone', 'default'],
      ['camera', { exact: 'webcam' }],
    ]);
    serving[Symbol.dispose]();
    await port.choices.choose('camera', 'webcam');
    expect(used).toHaveLength(3);
  });
});

describe('the speaker', () => {
  test('is chosen for what plays and for what will play, also on the next visit', async () => {
    const [playing, later, nextVisit] = [new PretendedElement(), new PretendedElement(), new PretendedElement()];
    browser.speaker.add(playing);
    await port.choices.choose('speaker', 'box');
    browser.speaker.add(later);
    const next = new PretendedBrowser();
    Object.assign(next, { storage: browser.storage });
    createBrowserDevices(next.options);
    next.speaker.add(nextVisit);
    expect([playing.sinkId, later.sinkId, nextVisit.sinkId]).toEqual(['box', 'box', 'box']);
    await port.choices.choose('speaker', undefined);
    expect(playing.sinkId).toBe('');
  });

  test('that is away is refused, and the one before stays', async () => {
    const playing = new PretendedElement();
    playing.away.add('box');
    browser.speaker.add(playing);
    await expect(port.choices.choose('speaker', 'box')).rejects.toMatchObject({ code: 'ERR_MEDIA_DEVICE' });
    expect(port.choices.snapshot.chosen.speaker).toBeUndefined();
    expect(browser.speaker.deviceId).toBeUndefined();
  });

  test("that goes away leaves the oracle at the system's own, and is taken again when it is back", async () => {
    const playing = new PretendedElement();
    browser.speaker.add(playing);
    browser.devices = [SPEAKER];
    using _observation = await observed();
    await port.choices.choose('speaker', 'box');
    await plug([]);
    expect(playing.sinkId).toBe('');
    expect(port.choices.snapshot.chosen.speaker).toBe('box');
    await plug([SPEAKER]);
    expect(playing.sinkId).toBe('box');
  });

  test('is as loud as the person says, from now on too', () => {
    const [playing, later] = [new PretendedElement(), new PretendedElement()];
    browser.speaker.add(playing);
    port.choices.setVolume(0.3);
    browser.speaker.add(later);
    expect([playing.volume, later.volume, port.choices.snapshot.volume]).toEqual([0.3, 0.3, 0.3]);
  });
});

describe('a look before a call', () => {
  test('has what is wanted on, and off when it is over', async () => {
    const check = await port.choices.check({ microphone: true, camera: true });
    expect(check.microphone?.level()).toBe(0.5);
    expect(check.camera?.mediaStreamTrack?.enabled).toBe(true);
    expect(browser.on()).toEqual(['video', 'audio']);
    check[Symbol.dispose]();
    expect(browser.on()).toEqual([]);
  });

  test('at nothing asks for nothing', async () => {
    using check = await port.choices.check({ microphone: false, camera: false });
    expect(check.microphone).toBeUndefined();
    expect(browser.asked).toEqual([]);
  });

  test('names the device that cannot be used, and leaves nothing on', async () => {
    browser.refusal = new DOMException('no', 'NotFoundError');
    browser.kinds = ['audioinput'];
    await expect(port.choices.check({ microphone: true, camera: true })).rejects.toMatchObject({
      code: 'ERR_MEDIA_DEVICE',
      details: { device: 'camera', problem: 'absent' },
    });
    expect(browser.on()).toEqual([]);
  });

  test('that is given up leaves nothing on', async () => {
    const controller = new AbortController();
    browser.isAsking = true;
    const check = port.choices.check({ microphone: true, camera: false }, { signal: controller.signal });
    await settled();
    controller.abort(new Error('never mind'));
    browser.answer();
    await expect(check).rejects.toThrow('never mind');
    expect(browser.on()).toEqual([]);
  });
});
