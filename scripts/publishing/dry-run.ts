import type { BuiltPackage } from './build.ts';
import { run } from './run.ts';

/** Nobody listens on the discard port of this machine, so a dry run that asked a registry would fail instead of telling it. */
const NO_REGISTRY = 'http://127.0.0.1:9/';

/** Goes through `npm publish` up to the upload. */
export async function dryRunPublish({ folder }: BuiltPackage): Promise<void> {
  const quiet = ['--ignore-scripts', '--loglevel=error', '--fetch-retries=0'];
  await run('npm', ['publish', '--dry-run', '--tag=latest', `--registry=${NO_REGISTRY}`, ...quiet], { cwd: folder });
}
