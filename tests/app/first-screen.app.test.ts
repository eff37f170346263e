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
  const stopped = await visitor.page.evaluate(() => {
    const style = document.createElement('style');
    style.textContent = 'body { color: red }';
    document.head.append(style);
    try {
      const script = document.createElement('script');
      script.textContent = 'globalThis.ranInline = true';
      document.body.append(script);
      return 'ran';
    } catch (error) {
      return error instanceof TypeError ? 'refused' : 'other';
    }
  });
  expect(stopped).toBe('refused');
  await expect
    .poll(() => new Set(visitor.trouble.violations.map((line) => line.split(' ')[0])))
    .toEqual(new Set(['style-src-elem', 'require-trusted-types-for']));
  expect(await visitor.page.evaluate(() => 'ranInline' in globalThis)).toBe(false);
});
