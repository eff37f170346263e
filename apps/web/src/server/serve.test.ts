import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensurePageBuild } from './page-build.ts';
import { startWeb } from './serve.ts';

const BUILD_MAX_MS = 120_000;
const config = { homeserverUrl: 'http://127.0.0.1:8008', oracleDid: 'did:ixo:oracle456' };
let cacheDir: string;
const said: string[] = [];

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'oracle-calls-web-'));
});

afterAll(async () => {
  await rm(cacheDir, { recursive: true, force: true });
});

test(
  'the page is built once for the same sources, by starts side by side too',
  async () => {
    const log = (line: string): void => void said.push(line);
    const folders = await Promise.all([ensurePageBuild({ cacheDir, log }), ensurePageBuild({ cacheDir, log })]);
    const count = said.length;
    expect(folders[0]).toBe(folders[1]);
    expect(await ensurePageBuild({ cacheDir, log })).toBe(folders[0]);
    expect(said).toHaveLength(count);
    expect(await readdir(cacheDir)).toHaveLength(1);
  },
  BUILD_MAX_MS,
);

test(
  'the build holds the encryption worker as its own file and nothing of Node',
  async () => {
    const folder = await ensurePageBuild({ cacheDir });
    const assets = await readdir(join(folder, 'assets'));
    expect(assets.some((name) => /frame-worker.*\.js$/.test(name))).toBe(true);
    for (const name of assets.filter((asset) => asset.endsWith('.js'))) {
      expect(await readFile(join(folder, 'assets', name), 'utf8'), name).not.toMatch(
        /from\s*["']node:|__vite-browser-external/,
      );
    }
  },
  BUILD_MAX_MS,
);

test(
  'curves, suites and the key exchange are chunks of their own, which nothing loads before they are needed',
  async () => {
    const folder = join(await ensurePageBuild({ cacheDir }), 'assets');
    const names = (await readdir(folder)).filter((name) => name.endsWith('.js'));
    const startsWith = (part: string): string[] => names.filter((name) => name.startsWith(part));
    const [first = ''] = startsWith('call-desk');
    const loaded = new Set([first]);
    const codes: string[] = [];
    // A set is walked through to what is added on the way.
    for (const name of loaded) {
      const code = await readFile(join(folder, name), 'utf8');
      codes.push(code);
      for (const [, imported = ''] of code.matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)) loaded.add(imported);
    }
    expect(loaded.size).toBeGreaterThan(1);
    for (const part of ['own-strict-protocol', 'key-rules', 'hpke-suite', 'ecies-suite', 'curve']) {
      expect(startsWith(part), part).not.toEqual([]);
      expect([...loaded].filter((name) => name.startsWith(part))).toEqual([]);
    }
    // The resolvers of DIDs: a word of `did-resolver` gives them away, for their chunk's name is another's too.
    const resolvers = 'unsupportedDidMethod';
    const all = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    expect(all.filter((code) => code.includes(resolvers))).toHaveLength(1);
    expect(codes.filter((code) => code.includes(resolvers))).toEqual([]);
  },
  BUILD_MAX_MS,
);

test(
  'the server gives the page with its configuration and closes, more than once',
  async () => {
    const web = await startWeb({ config, cacheDir });
    expect(await (await fetch(web.url)).text()).toContain('Oracle Calls');
    expect(await (await fetch(new URL('config.json', web.url))).json()).toEqual(config);
    await Promise.all([web.close(), web.close()]);
    await expect(fetch(web.url)).rejects.toThrow();
  },
  BUILD_MAX_MS,
);

test(
  'a port that is taken is told',
  async () => {
    await using web = await startWeb({ config, cacheDir });
    await expect(startWeb({ config, cacheDir, port: Number(new URL(web.url).port) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  },
  BUILD_MAX_MS,
);
