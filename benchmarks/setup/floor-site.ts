import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';

export interface FloorSite extends AsyncDisposable {
  readonly url: string;
}

/** Builds and serves the floor page on loopback. */
export async function serveFloor(): Promise<FloorSite> {
  const outDir = await mkdtemp(join(tmpdir(), 'oracle-calls-floor-'));
  const root = fileURLToPath(new URL('.', import.meta.url));
  const input = join(root, 'floor.html');
  const options = { root, configFile: false, logLevel: 'error' } as const;
  await build({
    ...options,
    build: { outDir, emptyOutDir: true, target: 'esnext', rolldownOptions: { input } },
    worker: { format: 'es' },
  });
  const server = await preview({ ...options, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('The floor page has no port.');
  return {
    url: `http://127.0.0.1:${address.port}/floor.html`,
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}
