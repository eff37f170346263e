import { cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { startProcess } from '../../dev/process/supervised-process.ts';
import { httpReady } from '../../dev/process/http-ready.ts';
import { freePort } from '../../dev/process/ports.ts';
import { PROJECT_ROOT } from '../../dev/stack/project.ts';
import { run } from '../../scripts/publishing/run.ts';
import { unpackTarball } from './consumer.ts';
import type { PackedPackages } from './packed-packages.ts';
import { installPinned } from './pinned-modules.ts';

export type NextBundler = 'turbopack' | 'webpack';

/** What a page of an application with React needs of ours. */
const NEEDED = new Set(['@oracle-calls/protocol', '@oracle-calls/matrix', '@oracle-calls/sdk', '@oracle-calls/react']);

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  NODE_ENV: 'production',
  NEXT_TELEMETRY_DISABLED: '1',
  DEPENDENCIES_ROOT: PROJECT_ROOT,
});

/** A Next.js application inside this project, so that its bundlers find dependencies that are installed already without following links out of it. */
export class NextApp {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create({ folder: aside, tarballs }: PackedPackages): Promise<NextApp> {
    const folder = join(aside, 'next-app');
    await cp(join(import.meta.dirname, 'react-page'), folder, {
      recursive: true,
      filter: (path) => !['index.html', 'main.tsx', 'node_modules'].includes(basename(path)),
    });
    const modules = await installPinned('react-page', folder);
    for (const { name, path } of tarballs) if (NEEDED.has(name)) await unpackTarball(path, join(modules, name));
    return new NextApp(folder);
  }

  async build(bundler: NextBundler): Promise<void> {
    await run(this.#bin, ['build', `--${bundler}`], { cwd: this.#folder, env: environment() });
  }

  /** Serves the last build, for this machine alone. */
  async start(): Promise<AsyncDisposable & { readonly url: string }> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const server = await startProcess({
      name: 'next',
      command: this.#bin,
      args: ['start', '--hostname', '127.0.0.1', '--port', String(port)],
      cwd: this.#folder,
      env: environment(),
      ready: (signal) => httpReady(url, signal),
    });
    return { url, [Symbol.asyncDispose]: () => server.stop() };
  }

  get #bin(): string {
    return join(this.#folder, 'node_modules', '.bin', 'next');
  }
}
