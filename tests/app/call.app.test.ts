import { expect } from 'vitest';
import { test } from './app-test.ts';

test('a newcomer signs in, keeps a recovery key, calls, is answered and hangs up', async ({ scene, record }) => {
  await using carol = await scene.visitor();
  const { page } = carol;
  await page.getByLabel('Matrix ID').waitFor();
  await record.pictures(page, 'sign-in');
  await record.axe(page, 'sign-in');
  await carol.enterPassword();
  await page.getByRole('button', { name: 'I have kept it' }).waitFor({ timeout: 60_000 });
  await record.axe(page, 'recovery key');
  await carol.confirmDevice();
  await page.getByRole('button', { name: 'Call', exact: true }).waitFor();
  await record.pictures(page, 'ready');
  await record.axe(page, 'ready');

  await carol.call();
  await carol.untilAudible();
  await carol.untilOracleQuiet(0, 600, 15_000);
  const answer = await carol.ask(scene.question);
  expect((await scene.recognise(answer.samples)).length, scene.tail()).toBeGreaterThan(0);
  expect((await carol.statistics()).encrypted).toBe(true);
  await record.pictures(page, 'call');
  await record.axe(page, 'call');

  await carol.hangUp();
  expect(await carol.snapshot()).toMatchObject({ callStatus: 'ended', endReason: 'hangup' });
  expect(await carol.devicesInUse()).toEqual([]);
  await record.axe(page, 'after the call');
  expect({ uncaught: carol.trouble.uncaught, violations: carol.trouble.violations }).toEqual({
    uncaught: [],
    violations: [],
  });
});
