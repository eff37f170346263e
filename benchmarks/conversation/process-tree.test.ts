import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parsePss, parseStat, treeOf, usageOf } from './process-tree.ts';

test('parent and processor time are read behind a command of any name', () => {
  const line = '42 (a ) (b) 7 R 1 x) S 17 42 42 0 -1 4194560 9 0 0 0 250 50 3 2 20 0 11 0 5000 1 1';
  expect(parseStat(line)).toEqual({ parent: 17, cpuMs: 3_050 });
});

test('memory is the proportional share', () => {
  expect(parsePss('Rss:            900 kB\nPss:             300 kB\nPss_Anon:        1 kB\n')).toBe(300 * 1024);
  expect(parsePss('')).toBe(0);
});

test('a tree is a process with its children and theirs, and nobody else', () => {
  const parents = new Map([
    [2, 1],
    [3, 2],
    [4, 1],
    [5, 9],
  ]);
  expect(treeOf(1, parents)).toEqual([1, 2, 4, 3]);
  expect(treeOf(3, parents)).toEqual([3]);
});

test.runIf(process.platform === 'linux')('a child counts to its parent', async () => {
  const before = usageOf(process.pid);
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(child, 'spawn');
  const during = usageOf(process.pid);
  child.stdin.end();
  await once(child, 'exit');
  expect(during?.processes).toBe((before?.processes ?? 0) + 1);
  expect(during?.memoryBytes).toBeGreaterThan(1024 * 1024);
});

test.runIf(process.platform === 'linux')('an open file counts, and one of /proc does not', async () => {
  const before = usageOf(process.pid)?.openFiles ?? 0;
  await using _proc = await open('/proc/self/stat');
  expect(usageOf(process.pid)?.openFiles).toBe(before);
  await using _file = await open(import.meta.filename);
  expect(usageOf(process.pid)?.openFiles).toBe(before + 1);
});
