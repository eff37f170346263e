import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';
import { pageTwin } from '../twin/page-plugin.ts';
import type { SourcePatch } from '../twin/source-patch.ts';

export interface SeatSite extends AsyncDisposable {
  readonly url: string;
}

/** Builds the page of the seat, from patched sources where there are patches, and serves it on loopback. */
export async function serveSeat(patches: readonly SourcePatch[]): Promise<SeatSite> {
  const outDir = await mkdtemp(join(tmpdir(), 'oracle-calls-seat-'));
  const root = fileURLToPath(new URL('.', import.meta.url));
  const options = { root, configFile: false, logLevel: 'error' } as const;
  const twin = pageTwin(patches);
  await build({
    ...options,
    plugins: twin.plugins(),
    worker: { format: 'es', plugins: twin.plugins },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'esnext',
      minify: false,
      chunkSizeWarningLimit: 4_000,
      rolldownOptions: { input: join(root, 'seat.html') },
    },
  });
  twin.assertApplied();
  const server = await preview({ ...options, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('The page has no port.');
  return {
    url: `http://127.0.0.1:${address.port}/seat.html`,
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}
