import { expect, test } from 'vitest';
import { ShellCache, type Shell } from './shell-cache.ts';

const ORIGIN = 'https://calls.example.org';
const SHELL: Shell = { version: 'one', files: ['/', '/assets/main-1.js', '/icons/icon.svg'] };

/** A browser's caches, and a network that says what it was asked. */
class FakeBrowser {
  readonly kept = new Map<string, Map<string, Response>>();
  readonly asked: string[] = [];
  isOffline = false;

  readonly fetch = (request: Request | string): Promise<Response> => {
    const url = typeof request === 'string' ? request : request.url;
    this.asked.push(url);
    if (this.isOffline) return Promise.reject(new TypeError('offline'));
    return Promise.resolve(new Response(`network ${url}`));
  };

  readonly caches = {
    keys: () => Promise.resolve([...this.kept.keys()]),
    delete: (name: string) => Promise.resolve(this.kept.delete(name)),
    match: (url: RequestInfo | URL) =>
      Promise.resolve([...this.kept.values()].flatMap((cache) => cache.get(url as string)?.clone() ?? [])[0]),
    open: (name: string) => {
      const cache = this.kept.get(name) ?? new Map<string, Response>();
      this.kept.set(name, cache);
      return Promise.resolve({
        match: (url: string) => Promise.resolve(cache.get(url)?.clone()),
        put: (url: string, response: Response) => Promise.resolve(void cache.set(url, response)),
        addAll: async (requests: Request[]) => {
          for (const request of requests) cache.set(request.url, await this.fetch(request));
        },
      } as object as Cache);
    },
  };

  shell(shell: Shell = SHELL): ShellCache {
    return new ShellCache(shell, { caches: this.caches, fetch: this.fetch, origin: ORIGIN });
  }

  get keptUrls(): string[] {
    return [...this.kept.values()].flatMap((cache) => [...cache.keys()]);
  }
}

const request = (url: string, mode: 'navigate' | 'cors' = 'cors', method = 'GET'): Request =>
  ({ url: new URL(url, ORIGIN).href, mode, method }) as Request;

test('the shell opens without a network, whatever the query, and nothing of the query is kept', async () => {
  const browser = new FakeBrowser();
  const shell = browser.shell();
  await shell.install();
  browser.isOffline = true;
  const answer = await shell.answer(request('/?sso=state&loginToken=canary', 'navigate'));
  expect(await answer?.text()).toBe(`network ${ORIGIN}/`);
  expect(await (await shell.answer(request('/assets/main-1.js')))?.text()).toContain('main-1.js');
  expect(browser.keptUrls.join()).not.toContain('canary');
});

test.each([
  ['the configuration', request('/config.json')],
  ['an answer of a homeserver', request('https://matrix.example.org/_matrix/client/v3/sync')],
  ['another page of this origin', request('/anything', 'navigate')],
  ['something that is sent', request('/assets/main-1.js', 'cors', 'POST')],
  ['an asset of elsewhere', request('https://elsewhere.example/assets/main-1.js')],
])('%s goes to the network untouched', async (_what, asked) => {
  const browser = new FakeBrowser();
  const shell = browser.shell();
  await shell.install();
  expect(shell.answer(asked)).toBeUndefined();
});

test('an asset that was fetched once is at hand from then on; one that is missing is not kept', async () => {
  const browser = new FakeBrowser();
  const shell = browser.shell();
  await shell.answer(request('/assets/later-2.js'));
  await shell.answer(request('/assets/later-2.js'));
  expect(browser.asked).toEqual([`${ORIGIN}/assets/later-2.js`]);
  const missing = new ShellCache(SHELL, {
    caches: browser.caches,
    fetch: () => Promise.resolve(new Response('', { status: 404 })),
    origin: ORIGIN,
  });
  expect((await missing.answer(request('/assets/gone.js')))?.status).toBe(404);
  expect(browser.keptUrls).not.toContain(`${ORIGIN}/assets/gone.js`);
});

test('a new version keeps what the one before had, for tabs that are still open, and drops older ones', async () => {
  const browser = new FakeBrowser();
  for (const version of ['zero', 'one', 'two']) {
    const shell = browser.shell({ version, files: ['/', `/assets/main-${version}.js`] });
    await shell.install();
    await shell.activate();
  }
  expect([...browser.kept.keys()]).toEqual(['oracle-calls-shell-one', 'oracle-calls-shell-two']);
  browser.isOffline = true;
  const two = browser.shell({ version: 'two', files: ['/', '/assets/main-two.js'] });
  expect((await two.answer(request('/assets/main-one.js')))?.ok).toBe(true);
  await expect(two.answer(request('/assets/main-zero.js'))).rejects.toThrow('offline');
});
