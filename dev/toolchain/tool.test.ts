import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureTool, formatElapsed } from './tool.ts';
import type { Tool } from './tool.ts';

let dir = '';
let lines: string[] = [];
let installs = 0;
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'tool-')), 'tool-1');
  lines = [];
  installs = 0;
});
afterEach(() => rm(join(dir, '..'), { recursive: true, force: true }));

const report = (line: string): void => void lines.push(line);

function tool(more: Partial<Tool> = {}): Tool {
  return {
    what: 'Tool 1',
    dir,
    verify: () => Promise.resolve(false),
    install: async () => {
      installs++;
      await mkdir(dir, { recursive: true });
    },
    ...more,
  };
}

it('installs once, and finds it the next time', async () => {
  await ensureTool(tool(), { report });
  await ensureTool(tool(), { report });
  expect(installs).toBe(1);
  expect(lines).toEqual(['Tool 1 — installing…', 'Tool 1 — installed (0 s)', 'Tool 1 — cached']);
});

it('adopts a folder without the mark when what is in it runs, and asks only once', async () => {
  await mkdir(dir);
  let verified = 0;
  const adoptable = tool({
    verify: () => {
      verified++;
      return Promise.resolve(true);
    },
  });
  await ensureTool(adoptable, { report });
  await ensureTool(adoptable, { report });
  expect({ installs, verified }).toEqual({ installs: 0, verified: 1 });
});

it('installs again after an installation that failed', async () => {
  const failing = tool({ install: () => Promise.reject(new Error('no network')) });
  await mkdir(dir);
  await writeFile(join(dir, 'half'), '');
  await expect(ensureTool(failing, { report })).rejects.toThrow('no network');
  await ensureTool(tool(), { report });
  expect(installs).toBe(1);
});

it('lets two runs at once install only once, and leaves no lock behind', async () => {
  await Promise.all([ensureTool(tool(), { report }), ensureTool(tool(), { report })]);
  expect(installs).toBe(1);
  expect(await readdir(join(dir, '..'))).toEqual(['tool-1']);
});

it('says nothing about a tool that is there when told so', async () => {
  await ensureTool(tool(), { report });
  lines = [];
  await ensureTool(tool(), { report, reportCached: false });
  expect(lines).toEqual([]);
});

it('writes durations the way people say them', () => {
  expect([400, 8_200, 112_000].map(formatElapsed)).toEqual(['0 s', '8 s', '1 min 52 s']);
});
