/** The page that shows the API, in real Chromium: every operation, nothing from elsewhere, nothing that its policy refuses. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../dev/caller/chromium.ts';
import { ensureChromium } from '../../dev/toolchain/chromium.ts';
import { startFuzzedBackend, type FuzzedBackend } from '../fuzz/fuzzed-backend.ts';

let backend: FuzzedBackend;
let browser: Browser;
let operations: readonly string[];
beforeAll(async () => {
  backend = await startFuzzedBackend();
  browser = await launchChromium(await ensureChromium());
  const document = (await (await fetch(`${backend.baseUrl}/openapi.json`)).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
});
afterAll(async () => {
  await browser.close();
  await backend[Symbol.asyncDispose]();
});

const SCREENS = {
  wide: { width: 1280, height: 900 },
  phone: { width: 390, height: 844 },
} as const;

interface Seen extends AsyncDisposable {
  readonly page: Page;
  /** Everything that a browser complains about. */
  readonly complaints: string[];
}

async function open(path: string, screen: keyof typeof SCREENS, colorScheme: 'light' | 'dark'): Promise<Seen> {
  const context = await browser.newContext({ viewport: SCREENS[screen], colorScheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'data:' && origin !== backend.baseUrl) complaints.push(`asked elsewhere: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (!response.ok()) complaints.push(`${String(response.status())}: ${response.url()}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
      console.error(`refused by policy: ${violatedDirective} ${blockedURI} ${sample}`),
    );
  });
  await page.goto(backend.baseUrl + path);
  await page
    .locator('.opblock')
    .nth(operations.length - 1)
    .waitFor();
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

const shownOperations = (page: Page): Promise<string[]> =>
  page.locator('.opblock-summary').evaluateAll((rows) =>
    rows.map((row) => {
      const method = row.querySelector('.opblock-summary-method')?.textContent ?? '';
      const path = row.querySelector('.opblock-summary-path')?.getAttribute('data-path') ?? '';
      return `${method} ${path}`;
    }),
  );

test.each([
  ['/docs', 'wide', 'light'],
  ['/api/docs', 'phone', 'dark'],
] as const)(
  '%s shows every operation, %s and %s, and the browser complains of nothing',
  async (path, screen, light) => {
    await using seen = await open(path, screen, light);
    const { page, complaints } = seen;
    expect(operations.length).toBeGreaterThan(12);
    expect((await shownOperations(page)).toSorted()).toEqual(operations.toSorted());

    // Each opens and shows what it takes and answers.
    await page.locator('.opblock-summary-control').evaluateAll((controls) => {
      for (const control of controls) if (control instanceof HTMLElement) control.click();
    });
    await page
      .locator('.opblock.is-open .responses-table.live-responses-table, .opblock.is-open .responses-table')
      .nth(operations.length - 1)
      .waitFor();
    expect(await page.getByText('Could not render').count()).toBe(0);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(SCREENS[screen].width);
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe(light === 'light' ? 'rgb(255, 255, 255)' : 'rgb(28, 32, 34)');
    const folder = process.env['SCREENSHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/docs-${screen}-${light}.png` });
    expect(complaints).toEqual([]);
  },
);

test('a request can be tried from the page', async () => {
  await using seen = await open('/docs', 'wide', 'light');
  const { page, complaints } = seen;
  const row = page.locator('.opblock', { has: page.locator('[data-path="/healthz"]') });
  await row.locator('.opblock-summary-control').click();
  await row.getByRole('button', { name: 'Try it out' }).click();
  await row.getByRole('button', { name: 'Execute' }).click();
  await row.locator('.live-responses-table').getByText('"ok"').waitFor();
  expect(complaints).toEqual([]);
});

test('what the policy refuses is noticed by this test', async () => {
  await using seen = await open('/docs', 'wide', 'light');
  const { page, complaints } = seen;
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.planted = true';
    document.body.append(script);
  });
  await expect.poll(() => complaints.join('\n')).toContain('refused by policy: script-src-elem inline');
  expect(await page.evaluate(() => 'planted' in globalThis)).toBe(false);
});
