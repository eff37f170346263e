/** What a build of the page consists of before anybody has signed in. Paths of this origin. */
export interface Shell {
  /** Of what the build holds: another build has another. */
  readonly version: string;
  readonly files: readonly string[];
}

const PREFIX = 'oracle-calls-shell-';
/** The page itself, whatever its query. */
const PAGE = '/';
/** Their names carry a hash of what is in them: what was fetched once is right for ever. */
const ASSETS = '/assets/';

export interface ShellPorts {
  readonly caches: Pick<CacheStorage, 'open' | 'keys' | 'delete' | 'match'>;
  readonly fetch: (request: Request | string) => Promise<Response>;
  readonly origin: string;
}

/**
 * Files of the page, and nothing else: no configuration, no answer of any server, nothing of a person, and no query, where a token may be. Everything it does not
 * know goes to the network untouched.
 */
export class ShellCache {
  readonly #shell: Shell;
  readonly #ports: ShellPorts;

  constructor(shell: Shell, ports: ShellPorts) {
    this.#shell = shell;
    this.#ports = ports;
  }

  async install(): Promise<void> {
    const cache = await this.#open();
    await cache.addAll(this.#shell.files.map((file) => new Request(this.#at(file), { cache: 'reload' })));
  }

  /** Drops builds before the last one: a tab that is still open may need what that one had. */
  async activate(): Promise<void> {
    const { caches } = this.#ports;
    const own = this.#name;
    const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== own);
    await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  }

  /** The answer to a request, or `undefined` for one that is none of the shell's. */
  answer(request: Request): Promise<Response> | undefined {
    const { origin, pathname } = new URL(request.url);
    if (request.method !== 'GET' || origin !== this.#ports.origin) return undefined;
    if (request.mode === 'navigate') {
      return pathname === PAGE || pathname === '/index.html' ? this.#kept(PAGE, request) : undefined;
    }
    if (pathname.startsWith(ASSETS)) return this.#asset(pathname, request);
    return this.#shell.files.includes(pathname) ? this.#kept(pathname, request) : undefined;
  }

  async #kept(path: string, request: Request): Promise<Response> {
    const cache = await this.#open();
    return (await cache.match(this.#at(path))) ?? this.#ports.fetch(request);
  }

  async #asset(path: string, request: Request): Promise<Response> {
    const { caches, fetch } = this.#ports;
    const kept = await caches.match(this.#at(path));
    if (kept !== undefined) return kept;
    const response = await fetch(request);
    if (response.ok) {
      const cache = await this.#open();
      // A full disk keeps nobody from the file.
      await cache.put(this.#at(path), response.clone()).catch(() => undefined);
    }
    return response;
  }

  #at(path: string): string {
    return new URL(path, this.#ports.origin).href;
  }

  get #name(): string {
    return PREFIX + this.#shell.version;
  }

  #open(): Promise<Cache> {
    return this.#ports.caches.open(this.#name);
  }
}
