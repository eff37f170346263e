import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';

export interface MediaSite extends AsyncDisposable {
  readonly url: string;
}

export interface MediaSiteOptions {
  /** Any free one when absent. */
  readonly port?: number | undefined;
  /** What `import.meta.env` has in the page. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Builds and serves a test page on loopback, with the worker bundled as applications do it. */
export async function serveMediaSite(
  page = new URL('./media.html', import.meta.url),
  { port = 0, env = {} }: MediaSiteOptions = {},
): Promise<MediaSite> {
  const outDir = await mkdtemp(join(tmpdir(), 'oracle-calls-media-'));
  const input = fileURLToPath(page);
  const root = dirname(input);
  const options = { root, configFile: false, logLevel: 'error' } as const;
  const define = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [`import.meta.env.${name}`, JSON.stringify(value)]),
  );
  await build({
    ...options,
    define,
    build: { outDir, emptyOutDir: true, target: 'esnext', minify: false, rolldownOptions: { input } },
    worker: { format: 'es' },
  });
  const server = await preview({
    ...options,
    build: { outDir },
    preview: { host: '127.0.0.1', port, strictPort: port !== 0 },
  });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('The test page has no port.');
  return {
    url: `http://127.0.0.1:${address.port}/${basename(input)}`,
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}
