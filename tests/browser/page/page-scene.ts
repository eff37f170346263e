import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startWeb, type WebConfig, type WebServer } from '../../../apps/web/src/server/serve.ts';
import { launchChromium } from '../../../dev/caller/chromium.ts';
import { startSynapse, type Synapse } from '../../../dev/synapse/synapse.ts';
import { ensureChromium } from '../../../dev/toolchain/chromium.ts';

/** Signing in downloads the crypto's wasm and syncs; on a busy machine that takes seconds. */
export const PATIENCE = { timeout: 30_000 };

export interface Somebody {
  readonly userId: string;
  readonly password: string;
}

/** A real homeserver, the page, and a real browser; no oracle. */
export interface PageScene extends AsyncDisposable {
  readonly synapse: Synapse;
  readonly web: WebServer;
  readonly browser: Browser;
  /** An account that nobody has prepared. */
  somebody(): Promise<Somebody>;
}

export interface PageSceneOptions {
  readonly startHomeserver?: (stateDir: string) => Promise<Synapse>;
  readonly config?: Partial<WebConfig>;
  /** The page's; any free one when absent. */
  readonly port?: number;
}

export async function startPageScene(options: PageSceneOptions = {}): Promise<PageScene> {
  const { startHomeserver = (stateDir) => startSynapse({ stateDir }), config, port } = options;
  const stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-page-'));
  const stack = new AsyncDisposableStack();
  stack.defer(() => rm(stateDir, { recursive: true, force: true }));
  try {
    const executablePath = await ensureChromium();
    const synapse = stack.use(await startHomeserver(stateDir));
    const browser = await launchChromium(executablePath);
    stack.defer(() => browser.close());
    const web = stack.use(
      await startWeb({ config: { homeserverUrl: synapse.baseUrl, oracleDid: 'did:ixo:oracle', ...config }, port }),
    );
    const scope = stack.move();
    return {
      synapse,
      web,
      browser,
      async somebody() {
        const [name, password] = [`carol-${randomUUID().slice(0, 8)}`, randomUUID()];
        await synapse.registerUser(name, password);
        return { userId: `@${name}:localhost`, password };
      },
      [Symbol.asyncDispose]: () => scope.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** A page of a browser that knows nothing; with `context`, another tab of one that does. */
export async function openPage(scene: PageScene, context?: BrowserContext): Promise<Page & AsyncDisposable> {
  const own = context ?? (await scene.browser.newContext());
  const page = await own.newPage();
  await page.goto(scene.web.url);
  return Object.assign(page, {
    [Symbol.asyncDispose]: () => (context === undefined ? own.close() : page.close()),
  });
}

export async function enterPassword(page: Page, { userId, password }: Somebody): Promise<void> {
  await page.getByLabel('Matrix ID').fill(userId);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** A new device of somebody: a browser that knows nothing. */
export async function signIn(scene: PageScene, person: Somebody): Promise<Page & AsyncDisposable> {
  const page = await openPage(scene);
  await enterPassword(page, person);
  return page;
}

export const keepKey = (page: Page) => page.getByRole('heading', { name: 'Keep your recovery key' });
export const shownKey = (page: Page) => page.getByRole('status', { name: 'Your recovery key' });
export const enterKey = (page: Page) => page.getByRole('heading', { name: 'Confirm this device' });
export const face = (page: Page, name: string) => page.locator(`[data-face="${name}"]`);

/** Signed in and ready to call, as far as it can be without an oracle. */
export const untilSignedIn = (page: Page): Promise<unknown> =>
  page.getByRole('button', { name: 'Call', exact: true }).waitFor(PATIENCE);

/** The key that the page shows, kept by the person. */
export async function keep(page: Page): Promise<string> {
  await keepKey(page).waitFor(PATIENCE);
  const recoveryKey = await shownKey(page).textContent();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await untilSignedIn(page);
  return recoveryKey ?? '';
}

export async function enter(page: Page, recoveryKey: string): Promise<void> {
  await enterKey(page).waitFor(PATIENCE);
  await page.getByLabel('Recovery key').fill(recoveryKey);
  await page.getByRole('button', { name: 'Continue' }).click();
}
