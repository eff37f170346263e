import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../scripts/publishing/run.ts';

/** A download on a slow line, in ms. */
const INSTALL_MAX_MS = 300_000;

/**
 * Installs into `folder` exactly what a `package.json` and its lock file beside this one pin: what this project itself does not have. npm's
 * own cache spares the download when a run before has made it.
 */
export async function installPinned(name: 'react-18' | 'react-page', folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) {
    await cp(join(import.meta.dirname, name, file), join(folder, file));
  }
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await run('npm', ['ci', ...quiet], { cwd: folder, limitMs: INSTALL_MAX_MS });
  return join(folder, 'node_modules');
}
