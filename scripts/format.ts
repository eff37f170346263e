/** `npm run format`: formats everything and applies the linter's safe fixes. */
import { spawnSync } from 'node:child_process';

for (const [command, args] of [
  ['oxlint', ['--type-aware', '--fix', '.']],
  ['prettier', ['--write', '--log-level=warn', '.']],
] as const) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exitCode = status ?? 1;
}
