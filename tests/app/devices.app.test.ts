/** Microphones, cameras and speakers: refused before a call, lost and found in one. */
import { expect } from 'vitest';
import type { RackAnswer } from '../../dev/caller/device-rack.ts';
import { test } from './app-test.ts';
import { button, face } from './person/elements.ts';

const HEADSET = { deviceId: 'headset', kind: 'audioinput', label: 'Headset' } as const;

test('without a microphone to use, a call says so and what to do, and works once there is one', async ({
  scene,
  record,
}) => {
  await using carol = await scene.person();
  const { page } = carol;
  const refused = async (name: string, answer: RackAnswer, advice: string): Promise<void> => {
    await carol.answerDevices('audioinput', answer);
    await carol.clickCall();
    await carol.untilState(['ended', 'error'], 30_000);
    await record.face(page, name, face(page, name).filter({ hasText: advice }));
    expect((await carol.snapshot()).errorCode).toBe('ERR_MEDIA_DEVICE');
    expect(await carol.devicesInUse()).toEqual([]);
  };
  await refused('microphone-denied', 'deny', 'Click the icon at the start of the address');
  await refused('microphone-busy', 'busy', 'Close that program');
  await carol.answerDevices('audioinput', 'give');
  await carol.unplug('built-in-microphone');
  await refused('microphone-absent', 'give', 'Plug one in');
  await carol.plug(HEADSET);
  await carol.call();
  expect(await carol.devicesInUse()).toEqual(['headset']);

  // Another is there: the call goes on with it. None is left: the call goes on, and the person is told that nobody hears them.
  await carol.plug({ deviceId: 'second', kind: 'audioinput', label: 'Desk microphone' });
  await carol.unplug('headset');
  await record.face(
    page,
    'microphone-replaced',
    face(page, 'microphone-replaced').filter({ hasText: 'Headset is gone' }),
  );
  await expect.poll(() => carol.devicesInUse()).toEqual(['second']);
  await button(page, 'Got it').click();
  await carol.unplug('second');
  await record.face(page, 'microphone-unplugged', face(page, 'microphone-unplugged').filter({ hasText: 'not heard' }));
  expect(await carol.snapshot()).toMatchObject({ state: 'live' });
  await carol.plug(HEADSET);
  await button(page, 'Choose a device').click();
  await page.getByRole('combobox', { name: 'Microphone' }).selectOption('Headset');
  await button(page, 'Close').click();
  const unmute = button(page, 'Unmute');
  if ((await unmute.count()) > 0) await unmute.click();
  await button(page, 'Mute').waitFor();
  await expect.poll(() => carol.devicesInUse()).toEqual(['headset']);
  await face(page, 'microphone-unplugged').waitFor({ state: 'detached' });
  await carol.untilAudible();
  await carol.untilOracleQuiet(0, 600, 15_000);
  const answer = await carol.ask(scene.question);
  expect((await scene.recognise(answer.samples)).length, scene.tail()).toBeGreaterThan(0);

  // A camera that is refused in a call is a face, and trying again works once it is allowed.
  await carol.answerDevices('videoinput', 'deny');
  await button(page, 'Turn camera on').click();
  await record.face(page, 'camera-denied', face(page, 'camera-denied'));
  await carol.answerDevices('videoinput', 'give');
  await face(page, 'camera-denied').getByRole('button', { name: 'Try again' }).click();
  await button(page, 'Turn camera off').waitFor();
  await carol.unplug('built-in-camera');
  await record.face(page, 'camera-unplugged', face(page, 'camera-unplugged').filter({ hasText: 'not seen' }));
  await carol.hangUp();
});

test('before a call devices are tried: what is refused says what to do, and trying again works', async ({
  scene,
  record,
}) => {
  await using carol = await scene.person();
  const { page } = carol;
  await carol.answerDevices('videoinput', 'deny');
  await button(page, 'Check microphone and camera').click();
  await record.face(page, 'lobby-camera-denied', face(page, 'camera-denied'));
  await carol.answerDevices('videoinput', 'give');
  await button(page, 'Try again').click();
  await page.getByText('Say something: the bar should move.').waitFor();
  const level = page.getByRole('meter', { name: 'Loudness of your microphone' });
  await level.waitFor();
  const speaking = carol.speak(scene.question);
  await expect.poll(async () => Number(await level.getAttribute('aria-valuenow'))).toBeGreaterThan(10);
  await speaking;
  await record.pictures(page, 'lobby');
  await record.axe(page, 'lobby');
  await button(page, 'Switch them off again').click();
  await expect.poll(() => carol.devicesInUse()).toEqual([]);
});
