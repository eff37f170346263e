import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { PROJECT_ROOT } from '../../../dev/stack/project.ts';

/** Where pictures of a run go; ignored by git. */
export const ARTEFACTS = join(PROJECT_ROOT, 'artefacts', 'app');

export const COLOUR_SCHEMES = ['light', 'dark'] as const;
/** A phone as most people hold one, and a window on a laptop, in CSS pixels. */
export const DISPLAYS = { phone: { width: 390, height: 844 }, wide: { width: 1280, height: 800 } } as const;

export type ColourScheme = (typeof COLOUR_SCHEMES)[number];
export type DisplayName = keyof typeof DISPLAYS;

/** Pictures of a page in every combination of size and colour scheme; the page is as before afterwards. Their paths from the root. */
export async function takePictures(page: Page, name: string): Promise<string[]> {
  const paths: string[] = [];
  for (const display of ['phone', 'wide'] as const) {
    for (const scheme of COLOUR_SCHEMES) paths.push(await takePicture(page, name, display, scheme));
  }
  return paths;
}

/** One of them, of the place where an element is when one is given. */
export async function takePicture(
  page: Page,
  name: string,
  display: DisplayName,
  colorScheme: ColourScheme,
  shown?: Locator,
): Promise<string> {
  await mkdir(ARTEFACTS, { recursive: true });
  const path = join(ARTEFACTS, `${name}-${display}-${colorScheme}.png`);
  const before = page.viewportSize();
  await page.setViewportSize(DISPLAYS[display]);
  await page.emulateMedia({ colorScheme });
  // In the middle: at the edge a bar of the page may lie over it. What was seen may be over by now, as a lost connection is.
  await shown?.evaluateAll((seen) => seen[0]?.scrollIntoView({ block: 'center', behavior: 'instant' }));
  // After a change of size a busy machine has parts of the page still to paint.
  await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
  await page.screenshot({ path, animations: 'disabled' });
  await page.emulateMedia({ colorScheme: null });
  if (before !== null) await page.setViewportSize(before);
  return relative(PROJECT_ROOT, path);
}
