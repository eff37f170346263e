import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { DOCS_SCRIPT, DOCS_STYLE } from './docs-page-files.ts';

const compress = promisify(gzip);
const { resolve } = createRequire(import.meta.url);

/** A file of the page, as it is sent. */
export interface DocsFile {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly compressed: Uint8Array<ArrayBuffer>;
  /** Of the content; strong, as RFC 9110 section 8.8.3 has it. */
  readonly etag: string;
}

const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** The library's own files stay in its package; nothing but these names is ever read. */
const SOURCES: Readonly<Record<string, { readonly type: string; readonly read: () => Promise<Buffer> }>> = {
  'page.css': { type: CSS, read: () => Promise.resolve(Buffer.from(DOCS_STYLE)) },
  'page.js': { type: SCRIPT, read: () => Promise.resolve(Buffer.from(DOCS_SCRIPT)) },
  'swagger-ui.css': { type: CSS, read: () => readFile(resolve('swagger-ui-dist/swagger-ui.css')) },
  'swagger-ui-bundle.js': { type: SCRIPT, read: () => readFile(resolve('swagger-ui-dist/swagger-ui-bundle.js')) },
};

export const DOCS_FILE_NAMES: readonly string[] = Object.keys(SOURCES);

/** The page's files, read and compressed when somebody first asks for them. */
export class DocsFiles {
  readonly #files = new Map<string, Promise<DocsFile>>();

  /** Whether the library is installed: it is an optional peer, so that nobody needs it who shows no page. */
  get isComplete(): boolean {
    try {
      resolve('swagger-ui-dist/swagger-ui-bundle.js');
      return true;
    } catch {
      return false;
    }
  }

  /** `undefined` for a name that the page does not have. */
  async find(name: string): Promise<DocsFile | undefined> {
    const source = Object.hasOwn(SOURCES, name) ? SOURCES[name] : undefined;
    if (source === undefined) return undefined;
    const known = this.#files.get(name) ?? this.#load(source);
    this.#files.set(name, known);
    try {
      return await known;
    } catch (cause) {
      // A file that could not be read may be readable the next time.
      this.#files.delete(name);
      throw cause;
    }
  }

  async #load({ type, read }: (typeof SOURCES)[string]): Promise<DocsFile> {
    const content = await read();
    const body = new Uint8Array(content);
    const compressed = new Uint8Array(await compress(content));
    return { type, body, compressed, etag: `"${createHash('sha256').update(content).digest('base64url')}"` };
  }
}
