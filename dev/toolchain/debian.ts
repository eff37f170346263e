import { userInfo } from 'node:os';
import { systemClock } from '@oracle-calls/protocol';
import { tryRead } from '../process/private-file.ts';
import { runToEnd } from '../process/run-to-end.ts';
import { formatElapsed, type Report } from './tool.ts';

const APT_MAX_MS = 15 * 60_000;

/** Whether this machine's package manager may be asked. */
export async function isRootOnDebian(): Promise<boolean> {
  if (process.platform !== 'linux' || userInfo().uid !== 0) return false;
  const release = (await tryRead('/etc/os-release')) ?? '';
  return /^ID=debian$/m.test(release);
}

export interface AptInstall {
  /** As people know it: `Chromium`. */
  readonly what: string;
  readonly packages: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly report: Report;
  readonly signal: AbortSignal | undefined;
}

/** apt-get has one lock and does not wait for it: installations of this process follow each other. */
let lastInstall: Promise<void> = Promise.resolve();

/** Installs Debian packages, saying so. @throws {DevError} `ERR_DEV_INSTALL` */
export function aptInstall(options: AptInstall): Promise<void> {
  const install = lastInstall.then(() => installNow(options));
  lastInstall = install.catch(() => undefined);
  return install;
}

async function installNow({ what, packages, env, report, signal }: AptInstall): Promise<void> {
  const startedAt = systemClock.now();
  report(`${what} — installing with apt-get…`);
  const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (args: readonly string[]): Promise<unknown> =>
    runToEnd({
      name: `apt-get ${args.join(' ')}`,
      command: 'apt-get',
      args,
      env: quiet,
      timeoutMs: APT_MAX_MS,
      signal,
    });
  await apt(['update', '-q']);
  await apt(['install', '-y', '-q', '--no-install-recommends', ...packages]);
  report(`${what} — installed (${formatElapsed(systemClock.now() - startedAt)})`);
}
