import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProcess } from '../../dev/process/supervised-process.ts';
import { PROJECT_ROOT } from '../../dev/stack/project.ts';
import { ensureToolchain } from '../../dev/toolchain/toolchain.ts';

const WAIT_MS = 90_000;

let folder: string;
beforeAll(async () => {
  await ensureToolchain();
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-author-'));
  await mkdir(join(folder, 'documents'));
  await writeFile(join(folder, 'documents/bakery.md'), '# The bakery\n\nWe open at seven in the morning.\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const definition = (rest: string): string =>
  `export const oracle = { instructions: 'You are a bakery.', documents: './documents', ${rest} };\n`;

test(
  'npm run oracle: an author’s file answers calls, a change of it at once, and a slip is told of while the one before goes on',
  { timeout: 4 * WAIT_MS },
  async () => {
    const file = join(folder, 'oracle.js');
    await writeFile(file, definition(''));
    const lines: string[] = [];
    await using command = await startProcess({
      name: 'npm run oracle',
      command: process.execPath,
      args: ['dev/stack/oracle-main.ts', file, '--state-dir', join(folder, 'state')],
      cwd: PROJECT_ROOT,
      log: (line) => lines.push(line),
      stopGraceMs: WAIT_MS,
    });
    const told = async (words: RegExp): Promise<void> =>
      expect.poll(() => lines.join('\n'), { timeout: WAIT_MS }).toMatch(words);
    await told(/^ *Call your oracle +http:\/\/127\.0\.0\.1:\d+\//m);
    await told(/ready: 1 documents, quoted/);

    await writeFile(file, definition('tools: "none"'));
    await told(/not reloaded, the oracle before goes on\. .*tools/);
    await writeFile(file, definition("apology: 'The oven is on fire.'"));
    await told(/reloaded: 1 documents, quoted/);

    await command.stop();
    expect(await command.exited).toMatchObject({ code: 0 });
    expect(lines.at(-1)).toMatch(/stop/);
  },
);
