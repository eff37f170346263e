import { DevError } from '../process/dev-error.ts';
import { aptInstall, isRootOnDebian } from './debian.ts';
import { findOnPath, isExecutable } from './find-on-path.ts';
import type { ToolOptions } from './tool.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const MAC_APPS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export interface ChromiumOptions extends ToolOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Whether this machine's package manager may be asked. By default: root on Debian. */
  readonly mayInstall?: (() => Promise<boolean>) | undefined;
}

/**
 * Path of a Chromium: the one named by `CHROMIUM`, one on `PATH`, the usual application on macOS, or, for root on
 * Debian, a freshly installed package.
 *
 * @throws {DevError} `ERR_DEV_TOOL_MISSING` when there is none, saying what to do
 */
export async function ensureChromium(options: ChromiumOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  const report = options.report ?? ((): void => undefined);
  const found = await findChromium(env);
  if (found !== undefined) {
    if (options.reportCached !== false) report(`Chromium — found (${found})`);
    return found;
  }
  if (await (options.mayInstall ?? isRootOnDebian)()) {
    await aptInstall({ what: 'Chromium', packages: ['chromium'], env, report, signal: options.signal });
    const installed = await findChromium(env);
    if (installed !== undefined) return installed;
  }
  throw new DevError(
    'ERR_DEV_TOOL_MISSING',
    'Chromium is needed to hold a call. Install it ("apt-get install chromium", "brew install --cask chromium"), or name ' +
      'the binary of a Chromium or Chrome in the environment variable CHROMIUM.',
  );
}

/** @throws {DevError} `ERR_DEV_TOOL_MISSING` when `CHROMIUM` names something that cannot be run */
async function findChromium(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const named = env['CHROMIUM'];
  if (named !== undefined && named !== '') {
    if (await isExecutable(named)) return named;
    throw new DevError('ERR_DEV_TOOL_MISSING', `CHROMIUM names ${named}, which cannot be run.`);
  }
  const onPath = await findOnPath(NAMES, env);
  if (onPath !== undefined || process.platform !== 'darwin') return onPath;
  for (const app of MAC_APPS) if (await isExecutable(app)) return app;
  return undefined;
}
