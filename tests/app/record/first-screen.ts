import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import type { FirstScreenFigures } from './app-facts.ts';

interface Watched {
  /** `performance.now()` when the first control was there. */
  readonly firstControlAt: number | undefined;
  /** When the last task of more than 50 ms was over; 0 without one. https://w3c.github.io/longtasks/ */
  readonly lastLongTaskEnd: number;
}

/** Runs in the page before its scripts: notes when the first thing to type into or to press is there, and what keeps the page busy. */
function watchFirstScreen(): void {
  let firstControlAt: number | undefined;
  let lastLongTaskEnd = 0;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) lastLongTaskEnd = startTime + duration;
  }).observe({ type: 'longtask', buffered: true });
  new MutationObserver((_changes, observer) => {
    const controls = [...document.querySelectorAll('input, button, a[href]')];
    if (!controls.some((control) => control.checkVisibility())) return;
    firstControlAt = performance.now();
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true, attributes: true });
  Object.defineProperty(globalThis, 'firstScreenWatch', {
    get: (): Watched => ({ firstControlAt, lastLongTaskEnd }),
  });
}

/** What a newcomer's browser loads and waits for until the page is there. The page is served as it is built for production. */
export async function measureFirstScreen(browser: Browser, url: string): Promise<FirstScreenFigures> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.addInitScript(watchFirstScreen);
    await page.goto(url, { waitUntil: 'networkidle' });
    const { watched, loaded } = await page.evaluate(() => ({
      watched: (globalThis as object as { firstScreenWatch: Watched }).firstScreenWatch,
      loaded: performance
        .getEntriesByType('resource')
        .filter((entry) => entry instanceof PerformanceResourceTiming)
        .map(({ name, responseEnd }) => ({ address: name, responseEnd })),
    }));
    const { firstControlAt } = watched;
    if (firstControlAt === undefined) throw new Error('The page shows nothing to press.');
    // What the document itself names, and whatever else had come by then: nothing that came later can have been needed.
    const arrived = loaded.filter(({ responseEnd }) => responseEnd <= firstControlAt).map(({ address }) => address);
    const scripts = [...(await scriptsOfDocument(url)), ...arrived].filter((address) =>
      new URL(address).pathname.endsWith('.js'),
    );
    return {
      initialJsGzBytes: await gzippedBytes(scripts),
      firstScreenMs: Math.round(firstControlAt),
      interactiveMs: Math.round(Math.max(firstControlAt, watched.lastLongTaskEnd)),
    };
  } finally {
    await context.close();
  }
}

/** Scripts that the document names, to run or to fetch ahead, before any script has added to it. */
async function scriptsOfDocument(url: string): Promise<string[]> {
  const html = await (await fetch(url)).text();
  return [...html.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map(([, path = '']) => new URL(path, url).href);
}

async function gzippedBytes(addresses: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    [...new Set(addresses)].map(async (address) => {
      const body = await (await fetch(address)).arrayBuffer();
      return gzipSync(Buffer.from(body), { level: 9 }).byteLength;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
