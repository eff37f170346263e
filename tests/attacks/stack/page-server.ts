import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPage, startWeb, type WebConfig, type WebServer } from '../../../apps/web/src/server/serve.ts';
import { pageTwin } from '../twin/page-plugin.ts';
import type { SourcePatch } from '../twin/source-patch.ts';

/** Serves the page at one address: as it is, or built from patched sources. */
export class PageServer implements AsyncDisposable {
  readonly #port: number;
  readonly #config: WebConfig;
  #serving: { readonly web: WebServer; readonly folder: string | undefined } | undefined;

  constructor(port: number, config: WebConfig) {
    this.#port = port;
    this.#config = config;
  }

  async serve(patches: readonly SourcePatch[]): Promise<void> {
    await this[Symbol.asyncDispose]();
    const folder = patches.length === 0 ? undefined : await buildTwin(patches);
    this.#serving = { web: await startWeb({ port: this.#port, config: this.#config, folder }), folder };
  }

  get url(): string {
    if (this.#serving === undefined) throw new Error('The page is not served.');
    return this.#serving.web.url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const serving = this.#serving;
    this.#serving = undefined;
    await serving?.web.close();
    if (serving?.folder !== undefined) await rm(serving.folder, { recursive: true, force: true });
  }
}

async function buildTwin(patches: readonly SourcePatch[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-twin-page-'));
  const twin = pageTwin(patches);
  await buildPage(folder, twin.plugins);
  twin.assertApplied();
  return folder;
}
