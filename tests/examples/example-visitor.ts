import type { Page } from 'playwright-core';
import type { Caller } from '../../dev/stack/accounts.ts';
import type { Stack } from '../../dev/stack/stack.ts';
import type { StackScene } from '../system/stack-scene.ts';
import type { ExampleName, ExampleSetting } from './example-page.ts';

/** Signing in, the first sync, and finding the oracle on a busy machine, in ms. */
const READY_MAX_MS = 90_000;

type Scene = Pick<StackScene, 'stack' | 'browser' | 'log'>;

/** A browser at the examples' page. */
export async function openExamples({ browser, log }: Scene, url: string): Promise<Page> {
  const context = await browser.newContext({ permissions: ['microphone', 'camera'] });
  const page = await context.newPage();
  page.on('pageerror', ({ message }) => log.push(`page | ${message}`));
  page.on('console', (message) => log.push(`page | ${message.text()}`));
  await page.goto(url);
  return page;
}

/** Signs a person of the stack in, as a new device, and brings an example under way. */
export async function startExample({ stack }: Scene, page: Page, name: ExampleName, person: Caller): Promise<void> {
  const setting = settingOf(stack, person);
  await page.evaluate(
    ([wanted, how]) =>
      (globalThis as object as { startExample(name: string, setting: object): Promise<void> }).startExample(
        wanted,
        how,
      ),
    [name, setting] as const,
  );
  await page.locator('#ready').waitFor({ timeout: READY_MAX_MS });
}

function settingOf(stack: Stack, { userId, password, recoveryKey }: Caller): ExampleSetting {
  const { homeserverUrl, oracleDid, didResolverUrl } = stack;
  return { homeserverUrl, userId, password, recoveryKey, oracleDid, didResolverUrl };
}
