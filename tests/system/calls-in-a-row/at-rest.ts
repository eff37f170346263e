import type { CDPSession, Page } from 'playwright-core';

/** What is left in the page when a call is over. */
export interface PageAtRest {
  readonly heapBytes: number;
  readonly peerConnections: number;
  readonly domNodes: number;
}

/** Reads what Chromium counts of a page, after its garbage was collected. https://chromedevtools.github.io/devtools-protocol/tot/Performance/ */
export class PageMeter {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async open(page: Page): Promise<PageMeter> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    return new PageMeter(session);
  }

  async read(): Promise<PageAtRest> {
    await this.#session.send('HeapProfiler.collectGarbage');
    const { metrics } = await this.#session.send('Performance.getMetrics');
    const valueOf = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0;
    return {
      heapBytes: valueOf('JSHeapUsedSize'),
      peerConnections: valueOf('RTCPeerConnections'),
      domNodes: valueOf('Nodes'),
    };
  }
}
