/** The page's service worker: keeps the shell at hand, so that the page opens at once and without a network. Built into one file without imports. */
import { ShellCache, type Shell } from './shell-cache.ts';

/** Put in place by the build (`server/page-build.ts`). */
declare const ORACLE_CALLS_SHELL: Shell;

/** The part of a service worker's events that is used here; the page's own library of types has no workers. */
interface LifeEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface RequestEvent extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface WorkerScope {
  skipWaiting(): Promise<void>;
  addEventListener(kind: 'install' | 'activate', listener: (event: LifeEvent) => void, options: object): void;
  addEventListener(kind: 'fetch', listener: (event: RequestEvent) => void, options: object): void;
  addEventListener(kind: 'message', listener: (event: MessageEvent<unknown>) => void, options: object): void;
}

const scope = globalThis as object as WorkerScope;
/** The listeners live as long as the worker. */
const { signal } = new AbortController();

const shell = new ShellCache(ORACLE_CALLS_SHELL, {
  caches,
  fetch: (request) => fetch(request),
  origin: location.origin,
});

scope.addEventListener('install', (event) => event.waitUntil(shell.install()), { signal });
scope.addEventListener('activate', (event) => event.waitUntil(shell.activate()), { signal });
scope.addEventListener(
  'fetch',
  (event) => {
    const answer = shell.answer(event.request);
    if (answer !== undefined) event.respondWith(answer);
  },
  { signal },
);
// The person wants the new version now; by default it waits until the last tab of the old one is closed.
scope.addEventListener(
  'message',
  ({ data }) => {
    if (data === 'take-over') void scope.skipWaiting();
  },
  { signal },
);
