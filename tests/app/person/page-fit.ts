import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Widths at which nothing may be cut off, in CSS pixels: the smallest phone that is still sold, most phones, a wide window. */
export const SMALL_PHONE = { width: 320, height: 568 };
export const PHONE = { width: 390, height: 844 };
export const WIDE = { width: 1920, height: 1080 };

/** What of a page does not fit: that it scrolls sideways, and controls that stand outside of it, partly or wholly. */
function misfits(): string[] {
  const width = document.documentElement.clientWidth;
  const found: string[] = [];
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > width) found.push(`the page is ${scrollWidth} wide in a window of ${width}`);
  for (const control of document.querySelectorAll('button, a[href], input, select, textarea, summary')) {
    if (!control.checkVisibility({ checkVisibilityCSS: true })) continue;
    const { left, right, width: own } = control.getBoundingClientRect();
    // For screen readers alone.
    if (own <= 1) continue;
    // Half a pixel is rounding.
    if (left < -0.5 || right > width + 0.5) {
      const name = control.getAttribute('aria-label') ?? control.textContent?.trim();
      found.push(`"${name}" reaches from ${Math.round(left)} to ${Math.round(right)} in ${width}`);
    }
  }
  return found;
}

/** Fails when something of the page is cut off at one of these sizes. The page is as before afterwards. */
export async function expectFit(page: Page, where: string, sizes = [SMALL_PHONE, PHONE, WIDE]): Promise<void> {
  const before = page.viewportSize();
  for (const size of sizes) {
    await page.setViewportSize(size);
    expect(await page.evaluate(misfits), `${where} at ${size.width}`).toEqual([]);
  }
  if (before !== null) await page.setViewportSize(before);
}
