import { BearerSecret } from '@oracle-calls/protocol';
import type { Page } from 'playwright-core';

/** Marks the console lines with which a page tells of what its policy stopped. */
const VIOLATION = 'csp-violation';

/** What a page did that nobody sees on the screen. */
export class PageTrouble {
  /** Errors that reached nobody. */
  readonly uncaught: string[] = [];
  /** What the page's Content-Security-Policy stopped: directive and address. */
  readonly violations: string[] = [];
  /** What the page last sent to its homeserver as `Authorization`. */
  matrixAccessToken: BearerSecret | undefined;

  /** Listens from the page's first script on. */
  async watch(page: Page): Promise<void> {
    page.on('pageerror', ({ message }) => this.uncaught.push(message));
    page.on('console', (message) => {
      const [mark, ...facts] = message.text().split(' ');
      if (mark === VIOLATION) this.violations.push(facts.join(' '));
    });
    page.on('request', (request) => {
      const authorization = request.headers()['authorization'];
      if (authorization !== undefined && request.url().includes('/_matrix/client/')) {
        this.matrixAccessToken = new BearerSecret(authorization, 'Matrix access token');
      }
    });
    await page.addInitScript((mark) => {
      addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
        console.log(`${mark} ${effectiveDirective} ${blockedURI}`),
      );
    }, VIOLATION);
  }
}
