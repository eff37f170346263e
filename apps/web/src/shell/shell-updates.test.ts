import { beforeEach, expect, test, vi } from 'vitest';
import { ShellUpdates } from './shell-updates.ts';

beforeEach(() => vi.stubGlobal('location', new URL('https://calls.example.org/')));

class FakeWorker extends EventTarget {
  state = 'installing';
  readonly heard: unknown[] = [];
  postMessage = (message: unknown): void => void this.heard.push(message);

  become(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }
}

/** A browser with a page that is, or is not yet, served by a worker. */
function browser({ isControlled }: { readonly isControlled: boolean }) {
  const registration = Object.assign(new EventTarget(), {
    installing: null as FakeWorker | null,
    waiting: null as FakeWorker | null,
  });
  const asked: unknown[] = [];
  const container = Object.assign(new EventTarget(), {
    controller: isControlled ? new FakeWorker() : null,
    register: (url: string, options: object) => {
      asked.push([url, options]);
      return Promise.resolve(registration);
    },
  });
  const page = new EventTarget();
  const reloads: string[] = [];
  const updates = new ShellUpdates({
    container: container as object as ServiceWorkerContainer,
    page,
    reload: () => void reloads.push('reload'),
  });
  const find = (): FakeWorker => {
    const worker = new FakeWorker();
    registration.installing = worker;
    registration.dispatchEvent(new Event('updatefound'));
    return worker;
  };
  return { registration, container, page, reloads, updates, asked, find };
}

test('the worker is asked for past every cache, and the first one offers nothing', async () => {
  const { updates, asked, find } = browser({ isControlled: false });
  await updates.register();
  expect(asked).toEqual([['/service-worker.js', { updateViaCache: 'none' }]]);
  find().become('installed');
  expect(updates.value).toBe('current');
});

test('a new version is offered once it is installed, and takes over when the person says so', async () => {
  const { updates, container, reloads, find } = browser({ isControlled: true });
  await updates.register();
  const worker = find();
  expect(updates.value).toBe('current');
  worker.become('installed');
  expect(updates.value).toBe('ready');
  updates.reload();
  expect([worker.heard, reloads]).toEqual([['take-over'], []]);
  container.dispatchEvent(new Event('controllerchange'));
  expect(reloads).toEqual(['reload']);
});

test('a version that was waiting already is offered at the start', async () => {
  const { updates, registration } = browser({ isControlled: true });
  registration.waiting = new FakeWorker();
  registration.waiting.state = 'installed';
  await updates.register();
  expect(updates.value).toBe('ready');
});

test('a part of the page that is gone asks for a reload, with or without a worker', () => {
  const page = new EventTarget();
  const reloads: string[] = [];
  const updates = new ShellUpdates({ container: undefined, page, reload: () => void reloads.push('reload') });
  page.dispatchEvent(new Event('vite:preloadError'));
  expect(updates.value).toBe('needed');
  updates.reload();
  expect(reloads).toEqual(['reload']);
});

test('a browser that refuses service workers has the page all the same', async () => {
  const { updates, container } = browser({ isControlled: false });
  container.register = () => Promise.reject(new DOMException('no', 'SecurityError'));
  await updates.register();
  expect(updates.value).toBe('current');
});
