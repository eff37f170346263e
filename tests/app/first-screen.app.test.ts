import { expect } from 'vitest';
import { test } from './app-test.ts';
import { measureFirstScreen } from './record/first-screen.ts';

/** The budget for scripts before the first screen, compressed: LiveKit comes later, the crypto's wasm is apart. */
const INITIAL_JS_GZ_MAX_BYTES = 380_000;

test('the first screen is there before the heavy parts are asked for', async ({ scene, record }) => {
  const figures = await measureFirstScreen(scene.browser, scene.url);
  record.firstScreen(figures);
  expect(figures.initialJsGzBytes).toBeGreaterThan(0);
  expect(figures.initialJsGzBytes).toBeLessThanOrEqual(INITIAL_JS_GZ_MAX_BYTES);
  expect(figures.interactiveMs).toBeGreaterThanOrEqual(figures.firstScreenMs);
});

test('the page’s Content-Security-Policy is in force, and nothing of the page’s own needs more', async ({ scene }) => {
  await using visitor = await scene.visitor();
  await visitor.page.getByLabel('Matrix ID').waitFor();
  expect(visitor.trouble.violations).toEqual([]);
  // The twin: what the policy forbids is seen to be stopped.
  await visitor.page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.ranInline = true';
    document.body.append(script);
  });
  await expect.poll(() => visitor.trouble.violations).toEqual(['script-src-elem inline']);
  expect(await visitor.page.evaluate(() => 'ranInline' in globalThis)).toBe(false);
});
