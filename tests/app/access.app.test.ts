/** The page without a mouse, in another direction, with less motion, and through the provider of accounts. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { test } from './app-test.ts';
import { button, face, goTo } from './person/elements.ts';
import { expectFit, PHONE, SMALL_PHONE } from './person/page-fit.ts';

/** What has the focus, as a screen reader names it. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement } = document;
    const label = activeElement?.getAttribute('aria-label') ?? activeElement?.textContent?.trim() ?? '';
    return activeElement === document.body ? 'nothing' : label.slice(0, 60);
  });

/** Presses Tab until something has the focus; answers with what had it on the way. */
async function tabTo(page: Page, name: string | RegExp): Promise<string[]> {
  const passed: string[] = [];
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    const label = await focused(page);
    passed.push(label);
    if (typeof name === 'string' ? label === name : name.test(label)) return passed;
  }
  throw new Error(`Tab does not lead to ${String(name)}: ${passed.join(' → ')}`);
}

test('a whole call by keyboard alone, through the provider of accounts, and with less motion', async ({ scene }) => {
  await using carol = await scene.visitor({ context: { reducedMotion: 'reduce' } });
  const { page } = carol;
  const { keyboard } = page;
  await button(page, 'Sign in').waitFor();
  const there = page.getByRole('button', { name: /^Continue (with|at)/ });
  await there.waitFor();
  await tabTo(page, /^Continue (with|at)/);
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Test identity provider' }).waitFor({ timeout: 30_000 });
  const [localpart = ''] = carol.account.userId.slice(1).split(':');
  await keyboard.type(localpart);
  await keyboard.press('Tab');
  await keyboard.type(carol.account.password);
  await keyboard.press('Enter');
  await button(page, 'I have kept it').waitFor({ timeout: 60_000 });
  await tabTo(page, 'I have kept it');
  await keyboard.press('Enter');
  await carol.untilState(['ready'], 60_000);

  const atHome = await tabTo(page, 'Check microphone and camera');
  expect(atHome).toEqual(
    expect.arrayContaining([
      'Oracles',
      'History',
      'Settings',
      'What is proved about this oracle',
      'Call',
      'Video call',
    ]),
  );
  expect(atHome.indexOf('Oracles')).toBeLessThan(atHome.indexOf('Call'));
  expect(atHome.indexOf('Call')).toBeLessThan(atHome.indexOf('Video call'));
  await page.reload();
  await carol.untilState(['ready'], 60_000);
  await tabTo(page, 'Call');
  await keyboard.press('Enter');
  await carol.untilState(['live'], 45_000);
  await carol.untilAudible();

  // One stop for all controls; arrows lead from one to the next, in the order in which they stand.
  await tabTo(page, 'Mute');
  await keyboard.press('Enter');
  await button(page, 'Unmute').waitFor();
  await keyboard.press('m');
  await button(page, 'Mute').waitFor();
  const controls: string[] = [];
  for (let presses = 0; presses < 7; presses++) {
    await keyboard.press('ArrowRight');
    controls.push(await focused(page));
  }
  expect(controls).toEqual([
    'Turn camera on',
    'Share screen',
    'Sound and devices',
    'Captions',
    'Chat',
    'More',
    'Hang up',
  ]);
  await keyboard.press('t');
  await expect.poll(() => focused(page)).toBe('Chat');
  await tabTo(page, 'Message to the oracle');
  await keyboard.type('mute me not');
  await keyboard.press('Enter');
  await page.locator('.messages').getByText('mute me not').waitFor();
  expect(await button(page, 'Mute').count()).toBe(1);
  await keyboard.press('Escape');
  await expect.poll(() => focused(page)).toBe('Hang up');
  await keyboard.press('?');
  await page.getByRole('complementary').getByRole('heading', { name: 'Keyboard' }).waitFor();
  await keyboard.press('Escape');
  const running = await page.evaluate(() =>
    document
      .getAnimations()
      .filter(({ playState, effect }) => playState === 'running' && Number(effect?.getComputedTiming().duration) > 1)
      .map((animation) => (animation instanceof CSSAnimation ? animation.animationName : animation.id)),
  );
  expect(running).toEqual([]);
  await keyboard.press('End');
  await expect.poll(() => focused(page)).toBe('Hang up');
  await keyboard.press('Enter');
  await carol.untilState(['ended'], 20_000);
  await expect.poll(() => focused(page)).toBe('How the call went');
  await tabTo(page, 'Done');
  await keyboard.press('Enter');
  await button(page, 'Call').waitFor();
});

test('in Arabic the page reads from right to left, and nothing is cut off on a phone', async ({ scene, record }) => {
  await using carol = await scene.person({ context: { viewport: PHONE } });
  const { page } = carol;
  await goTo(page, 'settings');
  await page.getByRole('radio', { name: 'العربية' }).click();
  await expect.poll(() => page.evaluate(() => document.documentElement.dir)).toBe('rtl');
  expect(await page.evaluate(() => document.documentElement.lang)).toMatch(/^ar/);
  const look = async (where: string): Promise<void> => {
    await record.pictures(page, `arabic-${where}`);
    await record.axe(page, `${where}, Arabic`);
    await expectFit(page, `${where}, Arabic`);
  };
  await look('settings');
  await goTo(page, '');
  await page.locator('.call-buttons button').first().waitFor();
  await look('home');
  await page.locator('.call-buttons button').first().click();
  await carol.untilState(['live'], 45_000);
  await carol.untilAudible();
  await look('call');
  // On the smallest phone every control can still be pressed.
  await page.setViewportSize(SMALL_PHONE);
  await page.locator('.call-bar [data-icon="hangUp"]').click();
  await carol.untilState(['ended'], 20_000);
  await page.setViewportSize(PHONE);
  await page.locator('[data-screen="summary"]').waitFor();
  await look('summary');
  expect(await face(page, 'ERR_MEDIA_CONNECT').count()).toBe(0);
});
