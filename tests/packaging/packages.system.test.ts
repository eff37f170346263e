import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  measureReactSize,
  REACT_MINIMAL_RATCHET_GZ_BYTES,
  REACT_RATCHET_GZ_BYTES,
} from '../../benchmarks/size/react-size.ts';
import {
  measureSdkSize,
  SDK_BUDGET_GZ_BYTES,
  SDK_RATCHET_GZ_BYTES,
  type SdkSize,
} from '../../benchmarks/size/sdk-size.ts';
import { launchChromium } from '../../dev/caller/chromium.ts';
import { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';
import { freePort } from '../../dev/process/ports.ts';
import { PROJECT_ROOT } from '../../dev/stack/project.ts';
import { startStack } from '../../dev/stack/stack.ts';
import { ensureChromium } from '../../dev/toolchain/chromium.ts';
import { extractApiReports } from '../../scripts/api-reports/extract.ts';
import { dryRunPublish } from '../../scripts/publishing/dry-run.ts';
import { run } from '../../scripts/publishing/run.ts';
import { buildConsumerPage, servePage } from './built-page.ts';
import { createConsumer, type Consumer } from './consumer.ts';
import { NextApp, type NextBundler } from './next-app.ts';
import type { PackedPageFindings } from './page/packed-page.ts';
import { buildAndPack, type PackedPackages } from './packed-packages.ts';
import { installPinned } from './pinned-modules.ts';
import { publicEntries } from './public-entries.ts';
import { seePage, type SeenPage } from './seen-page.ts';
import { withoutTrustedTypes } from './untrusted-types.ts';

/** Loading the models on two busy cores, in ms. */
const AGENT_WARM_MAX_MS = 90_000;
/** From the first sound to counts of frames both ways: two looks at the counts, a quarter of a second apart, on two busy cores, in ms. */
const ENCRYPTED_MAX_MS = 10_000;
/** Two builds of Next.js on two busy cores, in ms. */
const NEXT_MAX_MS = 500_000;
/** What Next.js takes by itself; the other one, which takes half a minute as well, in the nightly run. */
const NEXT_BUNDLERS: readonly NextBundler[] = process.env['NIGHTLY'] === '1' ? ['turbopack', 'webpack'] : ['turbopack'];
const BIN = join(PROJECT_ROOT, 'node_modules', '.bin');

let packed: PackedPackages;
let consumer: Consumer;

beforeAll(async () => {
  packed = await buildAndPack();
  // The last two are the web app's own.
  consumer = await createConsumer(packed, ['@types/node', '@types/react', 'react-dom', 'i18next', 'react-i18next']);
});

afterAll(async () => {
  await consumer?.[Symbol.asyncDispose]();
  await packed?.[Symbol.asyncDispose]();
});

describe('a tarball', () => {
  test('has what was built, its licence and its page, and nothing else', () => {
    expect(packed.tarballs.map(({ name }) => name).toSorted()).toEqual(
      expect.arrayContaining(['@oracle-calls/protocol', '@oracle-calls/sdk', 'oracle-calls']),
    );
    for (const { name, files } of packed.tarballs) {
      expect(files, name).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
      const others = files.filter((file) => !/^dist\/.+\.(js|js\.map|d\.ts)$/.test(file));
      expect(others.toSorted(), name).toEqual(['LICENSE', 'README.md', 'package.json']);
      const strays = files.filter((file) => /\.(test|fixture)\.|(^|\/)(src|vectors|node_modules)\//.test(file));
      expect(strays, name).toEqual([]);
    }
  });

  test('depends on exact versions, on its siblings in the same one, and on nothing of the workspace', () => {
    for (const { name, manifest } of packed.built) {
      for (const [dependency, version] of Object.entries(manifest.dependencies ?? {})) {
        expect(version, `${name} → ${dependency}`).toMatch(/^\d+\.\d+\.\d+/);
        const sibling = packed.built.find((one) => one.name === dependency);
        if (sibling !== undefined) expect(version).toBe(sibling.manifest.version);
      }
      expect(Object.keys(manifest), name).not.toEqual(expect.arrayContaining(['private']));
      expect(manifest, name).not.toHaveProperty('devDependencies');
    }
  });

  test('declares every package that it imports, and leads to no source', async () => {
    for (const { name, folder, manifest } of packed.built) {
      const declared = { ...manifest.dependencies, ...manifest.peerDependencies, [name]: '' };
      const entries = await readdir(join(folder, 'dist'), { recursive: true, withFileTypes: true });
      for (const entry of entries.filter((one) => /\.(js|d\.ts)$/.test(one.name))) {
        const path = join(entry.parentPath, entry.name);
        const text = await readFile(path, 'utf8');
        expect(text, path).not.toMatch(/(from|import\(|new URL\()\s*['"]\.{1,2}\/[^'"]+(?<!\.d)\.ts['"]/);
        const imports = [...text.matchAll(/^(?:import|export)\s[^'"]*?from\s+['"]([^.#'"][^'"]*)['"]/gm)];
        const undeclared = imports
          .map(([, specifier = '']) => specifier)
          .filter((specifier) => !isBuiltin(specifier))
          .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'))
          .filter((dependency) => !(dependency in declared));
        expect(undeclared, path).toEqual([]);
      }
    }
  });

  test('is a package without fault to publint', async () => {
    for (const { name, folder } of packed.built) {
      const { messages } = await publint({ pkgDir: folder, strict: true });
      expect(messages, name).toEqual([]);
    }
  });

  test('has types that fit its code, to attw', async () => {
    for (const { name, path } of packed.tarballs) {
      // Ends with 1, and says why, when it finds a fault that matters to ESM alone.
      const { stdout } = await run(join(BIN, 'attw'), [path, '--profile', 'esm-only', '--no-emoji', '--no-color']);
      expect(stdout, name).toContain('OK (ESM)');
    }
  });

  test('could be published, without a registry', async () => {
    for (const built of packed.built) await dryRunPublish(built);
  });
});

describe('a project that has the tarballs', () => {
  test('imports every public entry in Node', async () => {
    const entries = publicEntries(packed.built);
    const script = `
      const names = {};
      for (const entry of ${JSON.stringify(entries)}) names[entry] = Object.keys(await import(entry));
      console.log(JSON.stringify(names));
      process.exit(0);
    `;
    const names = JSON.parse((await consumer.node(script)).trim().split('\n').at(-1) ?? '') as Record<string, string[]>;
    expect(Object.keys(names)).toEqual(entries);
    expect(names['@oracle-calls/sdk']).toContain('createOracleCalls');
    expect(names['@oracle-calls/protocol']).toContain('OracleCallError');
    expect(names['@oracle-calls/backend']).toContain('createHttpApp');
  });

  test.each(['bundler', 'nodenext'])('finds every type under moduleResolution %s, strictly', async (resolution) => {
    const entries = publicEntries(packed.built);
    const imports = entries.map((entry, index) => `import * as entry${index} from '${entry}';`);
    const text = `${imports.join('\n')}
import { OracleCallError, type ErrorCode } from '@oracle-calls/protocol';
import { createOracleCalls, type OracleCalls, type OracleCallsOptions } from '@oracle-calls/sdk';

const code: ErrorCode = new OracleCallError('ERR_INTERNAL').code;
export const place = (options: OracleCallsOptions): OracleCalls => createOracleCalls(options);
// @ts-expect-error An option that is needed is missing: had the types decayed to any, nobody would notice.
createOracleCalls({});
export const all = [code, ${entries.map((_, index) => `entry${index}`).join(', ')}];
`;
    await consumer.write(`types-${resolution}/consumer.ts`, text);
    const compilerOptions = {
      module: resolution === 'bundler' ? 'esnext' : 'nodenext',
      moduleResolution: resolution,
      target: 'es2024',
      lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      // Types of others are theirs.
      skipLibCheck: true,
    };
    const config = await consumer.write(`types-${resolution}/tsconfig.json`, JSON.stringify({ compilerOptions }));
    await run(join(BIN, 'tsc'), ['-p', config]);
  });

  test('runs the command line', async () => {
    const { stdout } = await run('npx', ['--no', '--', 'oracle-calls', '--help'], { cwd: consumer.folder });
    expect(stdout).toContain('Usage: oracle-calls');
    expect(stdout).toContain('keygen');
  });

  test('builds a page with Vite whose worker answers, in Chromium, without a word on the console', async () => {
    const folder = await buildConsumerPage(consumer, join(import.meta.dirname, 'page'));
    await using web = await servePage(folder, { homeserverUrl: 'http://127.0.0.1:9', oracleDid: 'did:ixo:nobody' });
    const browser = await launchChromium(await ensureChromium());
    try {
      const page = await browser.newPage();
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(error.message));
      await withoutTrustedTypes(page);
      await page.goto(web.url);
      const findings = await page.evaluate(
        () => (globalThis as { readonly findings?: Promise<PackedPageFindings> }).findings,
      );
      expect(findings).toEqual({
        createOracleCalls: 'function',
        worker: { kind: 'inspected', request: 1, hasSendingKey: false, transforms: [] },
        protocol: expect.arrayContaining(['createLink', 'createSecrets', 'seal']) as unknown,
        error: 'ERR_MATRIX_SEND: matrix send, true',
      });
      expect(said).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  test('builds a page from the tarballs alone that holds a real encrypted call', { timeout: 300_000 }, async () => {
    await using resources = new AsyncDisposableStack();
    const folder = await buildConsumerPage(consumer, join(PROJECT_ROOT, 'apps', 'web'));
    const stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-packed-'));
    resources.defer(() => rm(stateDir, { recursive: true, force: true }));
    const log: string[] = [];
    const port = await freePort();
    const stack = resources.use(
      await startStack({
        stateDir,
        preferredPorts: 'any',
        web: false,
        otherPageOrigins: [`http://127.0.0.1:${port}`],
        log: (part, line) => void log.push(`${part} | ${line}`),
      }),
    );
    const { homeserverUrl, didResolverUrl, oracleDid } = stack;
    const web = resources.use(await servePage(folder, { homeserverUrl, didResolverUrl, oracleDid }, port));
    const browser = await launchChromium(await ensureChromium());
    resources.defer(() => browser.close());
    await stack.agentWarm(AbortSignal.timeout(AGENT_WARM_MAX_MS));

    const { userId, password, recoveryKey } = stack.users.alice;
    await using caller = await ScriptedCaller.open({
      browser,
      url: web.url,
      userId,
      password,
      recoveryKey,
      log: (line) => void log.push(`page | ${line}`),
    });
    await caller.signIn();
    await caller.call();
    await caller.untilAudible();
    // The first sound comes before it is counted: what the first look finds, later ones are compared with.
    await expect
      .poll(async () => (await caller.statistics()).encrypted, { timeout: ENCRYPTED_MAX_MS })
      .toBe(true)
      .catch((cause: unknown) => {
        throw new Error(log.slice(-40).join('\n'), { cause });
      });
    await caller.hangUp();
  });
});

describe('a page with React', () => {
  const NOBODY = { homeserverUrl: 'http://127.0.0.1:9', oracleDid: 'did:ixo:nobody' };
  const PAGE = join(import.meta.dirname, 'react-page');
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium(await ensureChromium());
  });
  afterAll(() => browser?.close());

  /** Its worker answers, nothing is on the console, and a call is placed, fails and is shown as ended. */
  const works = (react: string): SeenPage => ({
    heading: expect.stringContaining(`React ${react}.`) as string,
    worker: { kind: 'inspected', request: 1, hasSendingKey: false, transforms: [] },
    said: [],
    buttons: ['Call'],
    ended: 'A did:web must not name an IP address.',
  });

  test('works when Vite has built it, with the newest React and the oldest that is supported', async () => {
    const modules = await installPinned('react-18', join(packed.folder, 'react-18'));
    const old = { react: join(modules, 'react'), 'react-dom': join(modules, 'react-dom') };
    for (const [version, alias] of [
      ['19', {}],
      ['18', old],
    ] as const) {
      const folder = await buildConsumerPage(consumer, PAGE, { name: `react-${version}`, alias });
      await using web = await servePage(folder, NOBODY);
      expect(await seePage(browser, web.url)).toEqual(works(version));
    }
  });

  test('works in Next.js: rendered on the server, hydrated without a word', { timeout: NEXT_MAX_MS }, async () => {
    const app = await NextApp.create(packed);
    for (const bundler of NEXT_BUNDLERS) {
      await app.build(bundler);
      await using server = await app.start();
      const html = await (await fetch(server.url)).text();
      for (const words of ['No call', 'Not known to be encrypted', 'Connection unknown']) expect(html).toContain(words);
      expect(await seePage(browser, server.url), bundler).toEqual(works('19'));
    }
  });

  test('has in each built file of ours that uses React the word that makes it one for the client', async () => {
    const folder = packed.built.find(({ name }) => name === '@oracle-calls/react')?.folder ?? '';
    const entries = await readdir(join(folder, 'dist'), { recursive: true, withFileTypes: true });
    const files = entries.filter(({ name }) => name.endsWith('.js')).map((entry) => join(entry.parentPath, entry.name));
    const texts = await Promise.all(files.map(async (file) => ({ file, text: await readFile(file, 'utf8') })));
    const withReact = texts.filter(({ text }) => /from ['"]react['"]/.test(text));
    expect(withReact.length).toBeGreaterThan(10);
    for (const { file, text } of withReact) expect(text.startsWith("'use client';"), file).toBe(true);
  });
});

describe('the public interface', () => {
  test('is what docs/api says: npm run api-reports writes it anew, and a reviewer reads the change', async () => {
    const folder = join(PROJECT_ROOT, 'docs', 'api');
    const reports = await extractApiReports(packed.built, packed.folder);
    expect((await readdir(folder)).toSorted()).toEqual(reports.map(({ file }) => file).toSorted());
    for (const { file, text } of reports) expect(await readFile(join(folder, file), 'utf8'), file).toBe(text);
  });
});

describe('the hooks in a page', () => {
  test('are our own code alone, and do not grow', async () => {
    const { gzBytes, minimalGzBytes, others } = await measureReactSize(packed.packagesDir);
    expect(others).toEqual([]);
    expect(minimalGzBytes).toBeGreaterThan(1_000);
    expect(minimalGzBytes).toBeLessThanOrEqual(REACT_MINIMAL_RATCHET_GZ_BYTES);
    expect(gzBytes).toBeGreaterThan(minimalGzBytes);
    expect(gzBytes).toBeLessThanOrEqual(REACT_RATCHET_GZ_BYTES);
  });
});

describe('the SDK in a page', () => {
  let size: SdkSize;

  beforeAll(async () => {
    size = await measureSdkSize(join(packed.folder, 'packages'));
  });

  test('stays within its budget over livekit-client', () => {
    expect(size.gzBytes).toBeGreaterThan(1_000);
    expect(size.gzBytes).toBeLessThanOrEqual(SDK_BUDGET_GZ_BYTES);
  });

  test('does not grow over the parts of livekit-client that it uses', () => {
    expect(size.usedLivekitGzBytes).toBeLessThan(size.livekitGzBytes);
    expect(size.gzBytesOverUsedLivekit).toBeLessThanOrEqual(SDK_RATCHET_GZ_BYTES);
  });

  test('carries no zod, no Matrix client and nothing of Node', () => {
    expect(size.bleeds).toEqual([]);
  });

  test('loads curves and suites when they are needed', () => {
    const lazy = new Set(size.lazyChunks.flatMap(({ packages }) => packages));
    expect([...lazy]).toEqual(
      expect.arrayContaining(['@noble/curves', '@noble/hashes', '@noble/post-quantum', 'hpke']),
    );
  });
});
