import { delimiter, join } from 'node:path';
import { runToEnd } from '../../../dev/process/run-to-end.ts';
import { PROJECT_ROOT } from '../../../dev/stack/project.ts';

/** Runs `oracle-calls` as an operator does, with some folder first on `PATH`; what it printed. @throws {DevError} when it fails */
export async function oracleCalls(args: readonly string[], programs?: string): Promise<string> {
  const path = [programs, process.env['PATH']].filter((part) => part !== undefined).join(delimiter);
  const lines = await runToEnd({
    name: `oracle-calls ${args[0] ?? ''}`,
    command: process.execPath,
    args: [join(PROJECT_ROOT, 'apps/cli/src/main.ts'), ...args],
    env: { ...process.env, PATH: path },
    timeoutMs: 60_000,
  });
  return lines.join('\n');
}
