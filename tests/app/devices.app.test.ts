import { expect } from 'vitest';
import type { RackAnswer } from '../../dev/caller/device-rack.ts';
import { test } from './app-test.ts';

test('without a microphone to use, a call says so, and works once there is one', async ({ scene, record }) => {
  await using carol = await scene.person();
  const { page } = carol;
  const refused = async (face: string, answer: RackAnswer): Promise<void> => {
    await carol.answerDevices('audioinput', answer);
    await carol.clickCall();
    await carol.untilState(['ended', 'error'], 30_000);
    await record.face(page, face, page.getByRole('alert').filter({ hasText: 'microphone' }));
    expect((await carol.snapshot()).errorCode).toBe('ERR_MEDIA_DEVICE');
    expect(await carol.devicesInUse()).toEqual([]);
  };
  await refused('microphone-denied', 'deny');
  await refused('microphone-busy', 'busy');
  await carol.answerDevices('audioinput', 'give');
  await carol.call();
  expect(await carol.devicesInUse()).toEqual(['built-in-microphone']);
  await carol.hangUp();
});
