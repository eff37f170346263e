import type { Locator, Page } from 'playwright-core';

/** What the page tells of a failure or an event, by the name that it gives it. */
export const face = (page: Page, name: string): Locator => page.locator(`[data-face="${name}"]`);

export const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });

/** What screen readers hear of captions and messages: each line once. */
export const spokenLines = (page: Page): Locator => page.getByRole('log', { name: 'Captions' }).locator('p');

/** Goes to a place of the page as its links do. */
export const goTo = (page: Page, place: '' | 'history' | 'settings'): Promise<void> =>
  page.evaluate((hash) => void (location.hash = hash), `#/${place}`);
