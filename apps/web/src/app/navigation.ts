import { Store } from '../store/store.ts';
import { hashOf, parseRoute, type Route } from './route.ts';

/** The part of a browser's address and history that navigation needs. */
export interface AddressBar {
  readonly hash: string;
  push(hash: string): void;
  replace(hash: string): void;
  /** Hears of each change that a person makes: back, forward, a link, an edited address. */
  observe(listener: () => void): Disposable;
}

/** Where a person is. The browser's back and forward, a reload and a copied address all work, since the address says it. */
export class Navigation extends Store<Route> implements Disposable {
  readonly #address: AddressBar;
  readonly #observation: Disposable;
  #hasMoved = false;

  constructor(address: AddressBar) {
    super(parseRoute(address.hash));
    this.#address = address;
    this.#observation = address.observe(() => this.#read());
  }

  /** Whether a person has moved since the page was loaded. */
  get hasMoved(): boolean {
    return this.#hasMoved;
  }

  /** Goes on to a screen; back leads here again. */
  go(route: Route): void {
    if (hashOf(route) === hashOf(this.value)) return;
    this.#address.push(hashOf(route));
    this.set(route);
  }

  /** Puts a screen in the place of this one: back leads to the one before. */
  replace(route: Route): void {
    this.#address.replace(hashOf(route));
    this.set(route);
  }

  [Symbol.dispose](): void {
    this.#observation[Symbol.dispose]();
  }

  protected override set(route: Route): void {
    this.#hasMoved = true;
    super.set(route);
  }

  #read(): void {
    const route = parseRoute(this.#address.hash);
    // A link's `hashchange` and its `popstate` are one step.
    if (hashOf(route) !== hashOf(this.value)) this.set(route);
  }
}

/** The address of this window. */
export function createAddressBar(page: Window): AddressBar {
  return {
    get hash() {
      return page.location.hash;
    },
    push: (hash) => page.history.pushState(null, '', hash),
    replace: (hash) => page.history.replaceState(null, '', hash),
    observe(listener) {
      const controller = new AbortController();
      for (const kind of ['popstate', 'hashchange'])
        page.addEventListener(kind, listener, { signal: controller.signal });
      return { [Symbol.dispose]: () => controller.abort() };
    },
  };
}
