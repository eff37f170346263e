import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Names the import that a module belongs to, in its address. */
const PARAMETER = 'oracle-generation';

/**
 * Imports a file anew, with every file that it names by a relative path, although Node keeps what it has once imported. Packages stay as they are. What was
 * imported before stays in memory, so this is for development.
 */
export class FreshImports implements Disposable {
  readonly #hooks: { deregister(): void };
  #generation = 0;
  #files = new Set<string>();

  constructor() {
    this.#hooks = registerHooks({
      resolve: (specifier, context, nextResolve) => {
        const found = nextResolve(specifier, context);
        const generation = generationOf(context.parentURL);
        if (generation !== String(this.#generation) || !isOwn(specifier, found.url)) return found;
        const url = marked(found.url, generation);
        this.#files.add(fileURLToPath(found.url));
        return { ...found, url };
      },
    });
  }

  /** The files of the last import, as far as it got. */
  get files(): readonly string[] {
    return [...this.#files];
  }

  /** @throws what the module throws, or Node about it */
  async import(url: string): Promise<unknown> {
    this.#generation += 1;
    this.#files = new Set([fileURLToPath(url)]);
    const module: unknown = await import(marked(url, String(this.#generation)));
    return module;
  }

  [Symbol.dispose](): void {
    this.#hooks.deregister();
  }
}

const generationOf = (url: string | undefined): string | undefined =>
  url?.startsWith('file:') === true ? (new URL(url).searchParams.get(PARAMETER) ?? undefined) : undefined;

const isOwn = (specifier: string, url: string): boolean => /^\.{1,2}\//.test(specifier) && url.startsWith('file:');

function marked(url: string, generation: string): string {
  const address = new URL(url);
  address.searchParams.set(PARAMETER, generation);
  return address.href;
}
