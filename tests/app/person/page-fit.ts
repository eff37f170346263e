import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Widths at which nothing may be cut off, in CSS pixels: the smallest phone that is still sold, most phones, a wide window. */
export const SMALL_PHONE = { width: 320, height: 568 };
export const PHONE = { width: 390, height: 844 };
export const WIDE = { width: 1920, height: 1080 };

/** Below this width a page is touched: every control is as large as a finger. In CSS pixels. */
const TOUCHED_BELOW = 560;
/** WCAG 2.2, success criterion 2.5.5, in CSS pixels; half a pixel is rounding. */
const TARGET_MIN = 43.5;

/**
 * What of a page does not fit: that it scrolls sideways, controls that stand outside of it, partly or wholly, and on a phone those
 * that a finger does not hit.
 */
function misfits([touchedBelow, targetMin]: readonly [number, number]): string[] {
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
    const name = control.getAttribute('aria-label') ?? control.textContent?.trim();
    if (left < -0.5 || right > width + 0.5) {
      found.push(`"${name}" reaches from ${Math.round(left)} to ${Math.round(right)} in ${width}`);
    }
    // The label around it is the target; or what it draws beyond its edge.
    const target = control.matches('[type="radio"]') ? (control.closest('label') ?? control) : control;
    const beyond = Math.max(0, -Number.parseFloat(getComputedStyle(target, '::after').insetBlockStart) || 0);
    const { width: wide, height: high } = target.getBoundingClientRect();
    if (width < touchedBelow && Math.min(wide, high) + 2 * beyond < targetMin) {
      found.push(`"${name}" is ${Math.round(wide)} by ${Math.round(high)}`);
    }
  }
  return found;
}

/** Fails when something of the page is cut off at one of these sizes, or is too small to be touched on a phone. The page is as before afterwards. */
export async function expectFit(page: Page, where: string, sizes = [SMALL_PHONE, PHONE, WIDE]): Promise<void> {
  const before = page.viewportSize();
  for (const size of sizes) {
    await page.setViewportSize(size);
    expect(await page.evaluate(misfits, [TOUCHED_BELOW, TARGET_MIN] as const), `${where} at ${size.width}`).toEqual([]);
  }
  if (before !== null) await page.setViewportSize(before);
}
