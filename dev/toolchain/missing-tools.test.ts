import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureChromium } from './chromium.ts';
import { ensureLiveKit } from './livekit-server.ts';
import { ensurePythonPackageTools } from './python-package-venv.ts';
import { ensureSchemathesis } from './schemathesis-venv.ts';
import { ensureSynapse } from './synapse-venv.ts';
import { toolCacheDir } from './tool-cache.ts';
import { ensureVerifpal } from './verifpal.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'missing-tools-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const nothing = { PATH: '/nonexistent' };
const never = (): Promise<boolean> => Promise.resolve(false);

/** A program in `folder` that runs `body`. */
async function program(name: string, body: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

it('says how to get Go when it is missing', async () => {
  await expect(ensureLiveKit({ cacheDir: folder, env: nothing })).rejects.toMatchObject({
    code: 'ERR_DEV_TOOL_MISSING',
    message: expect.stringContaining('https://go.dev/dl') as string,
  });
});

it('says how to get Python when it is missing', async () => {
  for (const ensure of [ensureSynapse, ensureSchemathesis, ensurePythonPackageTools]) {
    await expect(ensure({ cacheDir: folder, env: nothing })).rejects.toMatchObject({
      code: 'ERR_DEV_TOOL_MISSING',
      message: expect.stringContaining('python3-venv') as string,
    });
  }
});

it('says how to get Rust when it is missing', async () => {
  await expect(ensureVerifpal({ cacheDir: folder, env: nothing })).rejects.toMatchObject({
    code: 'ERR_DEV_TOOL_MISSING',
    message: expect.stringContaining('https://rustup.rs') as string,
  });
});

it('says how to get Chromium when it is missing and may not be installed', async () => {
  await expect(ensureChromium({ env: nothing, mayInstall: never })).rejects.toMatchObject({
    code: 'ERR_DEV_TOOL_MISSING',
    message: expect.stringContaining('CHROMIUM') as string,
  });
});

it('refuses a CHROMIUM that cannot be run rather than take another', async () => {
  const env = { ...process.env, CHROMIUM: '/nonexistent/chromium' };
  await expect(ensureChromium({ env, mayInstall: never })).rejects.toMatchObject({ code: 'ERR_DEV_TOOL_MISSING' });
});

it('takes the Chromium that CHROMIUM names, else one on PATH', async () => {
  const onPath = await program('google-chrome', 'exit 0');
  const named = await program('my-chromium', 'exit 0');
  expect(await ensureChromium({ env: { PATH: folder }, mayInstall: never })).toBe(onPath);
  expect(await ensureChromium({ env: { PATH: folder, CHROMIUM: named }, mayInstall: never })).toBe(named);
});

it('shows what the Go tool said when the build fails, and leaves no half-built folder', async () => {
  await program('go', 'echo "module lookup disabled" >&2; exit 1');
  const env = { PATH: `${folder}:/usr/bin:/bin` };
  const cacheDir = join(folder, 'cache');
  await expect(ensureLiveKit({ cacheDir, env })).rejects.toMatchObject({
    code: 'ERR_DEV_INSTALL',
    message: expect.stringContaining('module lookup disabled') as string,
  });
  expect(await readdir(cacheDir)).toEqual([]);
});

it('builds with the Go tool and adopts what it built', async () => {
  await program(
    'go',
    'printf "#!/bin/sh\\necho livekit-server version 1.13.5\\n" > "$GOBIN/server"; chmod +x "$GOBIN/server"',
  );
  const env = { PATH: `${folder}:/usr/bin:/bin` };
  const lines: string[] = [];
  const options = { cacheDir: join(folder, 'cache'), env, report: (line: string) => void lines.push(line) };
  const binary = await ensureLiveKit(options);
  await rm(join(binary, '..', '.complete'));
  expect(await ensureLiveKit(options)).toBe(binary);
  expect(lines.at(-1)).toBe('LiveKit server 1.13.5 — cached');
});

it('builds Verifpal with cargo, just the pinned version and its own lock file, and adopts what it built', async () => {
  const asked = join(folder, 'asked');
  await program(
    'cargo',
    `for last in "$@"; do :; done
echo "$@" > '${asked}'
mkdir "$last/bin"
printf '#!/bin/sh\necho verifpal 1.6.7\n' > "$last/bin/verifpal"
chmod +x "$last/bin/verifpal"`,
  );
  const env = { PATH: `${folder}:/usr/bin:/bin` };
  const lines: string[] = [];
  const cacheDir = join(folder, 'cache');
  const options = { cacheDir, env, report: (line: string) => void lines.push(line) };
  const binary = await ensureVerifpal(options);
  expect(await readFile(asked, 'utf8')).toMatch(/^install verifpal --version 1\.6\.7 --locked --ignore-rust-version /);
  await rm(join(binary, '..', '.complete'));
  expect(await ensureVerifpal(options)).toBe(binary);
  expect(lines.at(-1)).toBe('Verifpal 1.6.7 — cached');
  expect(await readdir(cacheDir)).toEqual(['verifpal-1.6.7']);
});

it('shows what cargo said when Verifpal does not build, and leaves no half-built folder', async () => {
  await program('cargo', 'echo "error: no matching package" >&2; exit 101');
  const env = { PATH: `${folder}:/usr/bin:/bin` };
  const cacheDir = join(folder, 'cache');
  await expect(ensureVerifpal({ cacheDir, env })).rejects.toMatchObject({
    code: 'ERR_DEV_INSTALL',
    message: expect.stringContaining('no matching package') as string,
  });
  expect(await readdir(cacheDir)).toEqual([]);
});

it('keeps its cache where the environment says', () => {
  expect(toolCacheDir({ ORACLE_CALLS_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
  expect(toolCacheDir({ XDG_CACHE_HOME: '/b' })).toBe('/b/oracle-calls');
  expect(toolCacheDir({})).toMatch(/\/\.cache\/oracle-calls$/);
});
