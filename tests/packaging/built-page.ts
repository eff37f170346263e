import { cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'vite';
import { startWeb, type WebConfig } from '@oracle-calls/web/serve';
import type { Consumer } from './consumer.ts';

/** Its server, its tests, and what the workspace knows about it. */
const NOT_OF_THE_PAGE = /\.(test|fixture)\.tsx?$|\/(server|node_modules|dist|package\.json|tsconfig\.json)$/;

export interface ConsumerPageOptions {
  /** The folder's own when absent. */
  readonly name?: string | undefined;
  /** Packages that this page has in place of the project's. */
  readonly alias?: Readonly<Record<string, string>> | undefined;
}

/** Copies a page into the consumer and builds it there, with nothing but Vite's defaults, in folders of its name. Answers with the folder to be served. */
export async function buildConsumerPage(
  consumer: Consumer,
  pageFolder: string,
  { name = basename(pageFolder), alias = {} }: ConsumerPageOptions = {},
): Promise<string> {
  const root = join(consumer.folder, name);
  await cp(pageFolder, root, { recursive: true, filter: (path) => !NOT_OF_THE_PAGE.test(path) });
  const outDir = join(consumer.folder, `built-${name}`);
  await build({
    root,
    configFile: false,
    resolve: { alias },
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, chunkSizeWarningLimit: 3_000, reportCompressedSize: false },
  });
  return outDir;
}

/** Serves it under the content security policy of the project's own page. */
export const servePage = (folder: string, config: WebConfig, port = 0): ReturnType<typeof startWeb> =>
  startWeb({ folder, config, port });
