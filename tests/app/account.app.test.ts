/** The account while there is a call: another tab that wants it, and a session that ends. The rest of the account is tried without an oracle, in `tests/browser`. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { test } from './app-test.ts';

const face = (page: Page, name: string) => page.locator(`[data-face="${name}"]`);

describe('a second tab', () => {
  test('does not take a call away without a word, and takes the account when the person says so', async ({
    scene,
    record,
  }) => {
    await using carol = await scene.person();
    await carol.call();
    await using second = await carol.openTab();
    await record.face(second.page, 'second-tab', face(second.page, 'second-tab'), 30_000);
    await second.page.getByRole('button', { name: 'Use it here' }).click();
    await record.face(second.page, 'second-tab-in-call', face(second.page, 'second-tab-in-call'));
    expect(await carol.snapshot()).toMatchObject({ state: 'live' });
    await second.page.getByRole('button', { name: 'End that call and use it here' }).click();
    await second.untilState(['ready'], 60_000);
    await record.face(carol.page, 'first-tab', face(carol.page, 'second-tab'));
    await second.call();
    await second.hangUp();
    for (const { trouble } of [carol, second]) expect(trouble.violations).toEqual([]);
  });
});

describe('a session that ends', () => {
  test('in a call: the call goes on and the page says so; with the call, the session is over', async ({
    scene,
    record,
  }) => {
    await using carol = await scene.person();
    await carol.call();
    await carol.signOutElsewhere();
    await record.face(carol.page, 'session-over-in-call', face(carol.page, 'session-over-in-call'), 40_000);
    expect(await carol.snapshot()).toMatchObject({ state: 'live' });
    await carol.page.getByRole('button', { name: 'Hang up' }).click();
    await record.face(carol.page, 'session-over', face(carol.page, 'session-over'), 40_000);
    await carol.untilState(['signed-out'], 20_000);
  });
});
