import type { Browser } from 'playwright-core';
import { withoutTrustedTypes } from './untrusted-types.ts';

/** What a person and a developer see of a page of `react-page/`. */
export interface SeenPage {
  readonly heading: string;
  /** What the frame worker answered. */
  readonly worker: unknown;
  /** Everything on the console and every error, until the call. */
  readonly said: readonly string[];
  /** Names of the buttons that can be pressed once the page has its calls. */
  readonly buttons: readonly string[];
  /** What it says of a call to an oracle that cannot be. */
  readonly ended: string;
}

export async function seePage(browser: Browser, url: string): Promise<SeenPage> {
  const page = await browser.newPage();
  try {
    const said: string[] = [];
    page.on('console', (message) => {
      // A development build, as Vite makes for tests, says all that React has against a page, and this advertisement.
      if (!message.text().includes('React DevTools')) said.push(message.text());
    });
    page.on('pageerror', (error) => said.push(error.message));
    await withoutTrustedTypes(page);
    await page.goto(url);
    const answer = page.locator('output:not(:empty)');
    await answer.waitFor({ state: 'attached' });
    const call = page.getByRole('button', { name: 'Call', exact: true });
    await page.locator('button:enabled').first().waitFor();
    const seen = {
      heading: (await page.locator('h1').textContent()) ?? '',
      worker: JSON.parse((await answer.textContent()) ?? '') as unknown,
      said: [...said],
      buttons: await page.locator('button:enabled').allTextContents(),
    };
    await call.click();
    return { ...seen, ended: (await page.locator('[role=status][data-state=ended]').textContent()) ?? '' };
  } finally {
    await page.close();
  }
}
