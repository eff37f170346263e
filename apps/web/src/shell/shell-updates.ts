import { Store } from '../store/store.ts';
import { scriptAddress } from './script-address.ts';

/** `ready`: another version is here and takes over when the person says so. `needed`: this version's files are gone, and something asked for one. */
export type ShellState = 'current' | 'ready' | 'needed';

export interface ShellPorts {
  /** Absent where the browser has none, in private windows of some for instance. */
  readonly container: ServiceWorkerContainer | undefined;
  /** Where Vite tells that a part of the page could not be loaded. */
  readonly page: Pick<EventTarget, 'addEventListener'>;
  readonly reload: () => void;
}

/** Whether another version of the page has come, and the way to it. */
export class ShellUpdates extends Store<ShellState> {
  readonly #ports: ShellPorts;
  /** The page's own life. */
  readonly #life = new AbortController();
  #waiting: ServiceWorker | undefined;

  constructor(ports: ShellPorts) {
    super('current');
    this.#ports = ports;
    ports.page.addEventListener('vite:preloadError', () => this.set('needed'), { signal: this.#life.signal });
  }

  /** Installs the service worker and hears of the next one. A page without one works as well. */
  async register(): Promise<void> {
    const { container } = this.#ports;
    if (container === undefined) return;
    let registration: ServiceWorkerRegistration;
    try {
      // Asked for anew each time: a worker from a cache would keep an old page.
      registration = await container.register(scriptAddress('/service-worker.js'), { updateViaCache: 'none' });
    } catch {
      return;
    }
    this.#follow(registration);
    registration.addEventListener('updatefound', () => this.#follow(registration), { signal: this.#life.signal });
  }

  /** Loads the new version. Whatever is going on in the page ends. */
  reload(): void {
    const { container, reload } = this.#ports;
    if (this.#waiting === undefined || container === undefined) {
      reload();
      return;
    }
    container.addEventListener('controllerchange', reload, { once: true });
    this.#waiting.postMessage('take-over');
  }

  #follow({ installing, waiting }: ServiceWorkerRegistration): void {
    // The first one of all replaces nothing.
    if (this.#ports.container?.controller === null) return;
    const next = waiting ?? installing;
    if (next === null) return;
    const look = (): void => {
      if (next.state !== 'installed') return;
      this.#waiting = next;
      if (this.value === 'current') this.set('ready');
    };
    next.addEventListener('statechange', look, { signal: this.#life.signal });
    look();
  }
}
