import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { findImports, readImports, type Import } from './import-graph/imports.ts';
import { readPackages, type PackageFacts, type Packages } from './import-graph/packages.ts';
import { RULES } from './import-graph/rules.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['packages', 'apps', 'dev', 'tests', 'scripts'];

const packages = await readPackages(ROOT);
const imports = await readImports(ROOT, FOLDERS);

test('the graph was really read', () => {
  expect(imports.length).toBeGreaterThan(300);
  expect(packages.get('@oracle-calls/sdk')?.dependencies).toContain('livekit-client');
  for (const part of ['packages/protocol', 'packages/matrix', 'packages/sdk', 'packages/backend', 'packages/agent']) {
    expect(
      imports.some(({ file }) => file.startsWith(`${part}/src/`)),
      part,
    ).toBe(true);
  }
});

test.each(RULES)('$name', (rule) => {
  const broken = imports.filter((found) => rule.isBrokenBy(found, packages));
  expect(broken.map(({ file, specifier }) => `${file} → ${specifier}`)).toEqual([]);
});

test('no package but tests and dev depends on packages/testing', () => {
  const dependents = [...packages].filter(([, { dependencies }]) => dependencies.includes('@oracle-calls/testing'));
  expect(dependents.map(([name]) => name)).toEqual([]);
});

test('packages depend on each other without a circle', () => {
  const reach = (name: string, path: readonly string[]): readonly string[] => {
    if (path.includes(name)) return [...path, name];
    for (const next of packages.get(name)?.dependencies ?? []) {
      const circle = packages.has(next) ? reach(next, [...path, name]) : [];
      if (circle.length > 0) return circle;
    }
    return [];
  };
  for (const name of packages.keys()) expect(reach(name, [])).toEqual([]);
});

/** Everything of the SDK that a module loads, itself and dynamic imports included; bare names stay as they are. */
function loadedBy(entry: string): ReadonlySet<string> {
  const loaded = new Set([entry]);
  for (const file of loaded) {
    for (const found of imports.filter((one) => one.file === file && !one.isTypeOnly)) {
      const { specifier } = found;
      loaded.add(specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier);
    }
  }
  return loaded;
}

test("the SDK's core for other platforms loads nothing of a browser's media, and the browser's entry nothing of Node's", () => {
  const core = loadedBy('packages/sdk/src/core.ts');
  expect(core).toContain('packages/sdk/src/call/call-driver.ts');
  expect(
    [...core].filter((one) => /livekit-client|frame-cryptor|livekit-|browser-devices|audio-graph/.test(one)),
  ).toEqual([]);
  const browser = loadedBy('packages/sdk/src/index.ts');
  expect(browser).toContain('livekit-client');
  expect([...browser].filter((one) => /rtc-node|node-media|^node:/.test(one))).toEqual([]);
});

describe('every rule fires on its sample and not on its neighbour', () => {
  const facts = (folder: string, exports = ['.'], dependencies: readonly string[] = []): PackageFacts => ({
    folder,
    exports,
    dependencies,
  });
  const known: Packages = new Map([
    ['@oracle-calls/protocol', facts('packages/protocol', ['.', './did'], ['valibot'])],
    ['@oracle-calls/matrix', facts('packages/matrix', ['.', './node'])],
    ['@oracle-calls/sdk', facts('packages/sdk')],
    ['@oracle-calls/backend', facts('packages/backend')],
    ['@oracle-calls/testing', facts('packages/testing')],
  ]);
  type Sample = readonly [file: string, specifier: string, isTypeOnly?: boolean];
  const bad: Readonly<Record<string, readonly Sample[]>> = {
    'dependencies between parts point one way': [
      ['packages/protocol/src/a.ts', '@oracle-calls/matrix'],
      ['packages/matrix/src/a.ts', '@oracle-calls/sdk', true],
      ['packages/sdk/src/a.ts', '@oracle-calls/backend'],
      ['packages/agent/src/a.ts', '@oracle-calls/backend'],
      ['apps/web/src/a.ts', '@oracle-calls/backend'],
      ['packages/sdk/src/a.test.ts', '@oracle-calls/backend'],
    ],
    'a relative import stays inside its part': [
      ['packages/sdk/src/a.ts', '../../protocol/src/index.ts'],
      ['packages/sdk/src/a.ts', '../../../dev/x.ts'],
      ['tests/system/a.ts', '../../packages/sdk/src/call/x.ts'],
    ],
    'a package is imported through its exports only': [
      ['packages/sdk/src/a.ts', '@oracle-calls/protocol/src/index.ts'],
      ['packages/sdk/src/a.ts', '@oracle-calls/protocol/http'],
    ],
    'a package declares what it imports': [['packages/protocol/src/a.ts', 'left-pad']],
    'packages/testing is imported by tests only': [
      ['packages/sdk/src/a.ts', '@oracle-calls/testing'],
      ['apps/oracle/src/a.ts', '@oracle-calls/testing', true],
    ],
    'nothing of Node is in code for browsers': [
      ['packages/protocol/src/a.ts', 'node:crypto'],
      ['packages/sdk/src/a.ts', 'fs'],
      ['packages/react/src/a.ts', 'node:path'],
      ['packages/matrix/src/a.ts', 'node:sqlite'],
    ],
    "a package's entry for browsers does not lead into its folder for Node": [
      ['packages/matrix/src/index.ts', './node/account.ts'],
    ],
    "the SDK's core does not lead to its entry for OpenTelemetry": [
      ['packages/sdk/src/index.ts', './open-telemetry/index.ts'],
      ['packages/sdk/src/call/a.ts', '../open-telemetry/open-telemetry-tracer.ts', true],
    ],
    'livekit-client': [
      ['packages/sdk/src/call/a.ts', 'livekit-client'],
      ['packages/sdk/src/call/a.ts', 'livekit-client/e2ee-worker?worker', true],
      ['packages/backend/src/a.ts', 'livekit-client'],
    ],
    'matrix-js-sdk': [
      ['packages/sdk/src/a.ts', 'matrix-js-sdk'],
      ['packages/protocol/src/a.ts', 'matrix-js-sdk/lib/models/event.js'],
    ],
    'prom-client': [['packages/backend/src/a.ts', 'prom-client']],
    '@opentelemetry/sdk-trace-base': [['apps/oracle/src/a.ts', '@opentelemetry/sdk-trace-base']],
    '@opentelemetry/api': [['packages/sdk/src/a.ts', '@opentelemetry/api']],
    'fake-indexeddb': [['packages/matrix/src/a.ts', 'fake-indexeddb']],
    react: [['packages/sdk/src/a.ts', 'react', true]],
    'react-dom': [['packages/react/src/a.tsx', 'react-dom/client']],
  };
  const good: readonly Sample[] = [
    ['packages/protocol/src/a.ts', './b.ts'],
    ['packages/protocol/src/a.ts', 'valibot'],
    ['packages/protocol/src/a.test.ts', 'node:crypto'],
    ['packages/sdk/src/a.test.ts', '@oracle-calls/testing'],
    ['packages/matrix/src/node/a.ts', 'node:sqlite'],
    ['packages/react/src/a.test.tsx', '@oracle-calls/testing'],
    ['dev/a.ts', '@oracle-calls/backend'],
    ['dev/caller/a.ts', '../../apps/web/src/page-window.ts', true],
    ['tests/system/a.ts', '@oracle-calls/testing'],
    ['tests/system/a.ts', 'livekit-client'],
    ['tests/system/a.ts', '../../dev/synapse/synapse.ts'],
    ['scripts/a.ts', '../packages/protocol/src/errors/error-table.ts'],
  ];
  const found = ([file, specifier, isTypeOnly = false]: Sample): Import => ({ file, specifier, isTypeOnly });

  test.each(RULES)('$name', (rule) => {
    const samples = bad[rule.name] ?? bad[rule.name.split(' ')[0] ?? ''] ?? [];
    expect(samples.length).toBeGreaterThan(0);
    for (const sample of samples) expect(rule.isBrokenBy(found(sample), known), sample.join(' → ')).toBe(true);
    for (const sample of good) expect(rule.isBrokenBy(found(sample), known), sample.join(' → ')).toBe(false);
  });
});

test('imports of every form are found, and nothing else', () => {
  const text = `
import * as v from 'a';
import {
  one,
  type Two,
} from "b";
import type { Three } from 'c';
import 'd';
export * from './e.ts';
export { four } from './f.ts';
export type { Five } from './g.ts';
const six = await import('h');
// import { no } from 'commented';
/**
 * import { no } from 'documented';
 */
const text = "import { no } from 'quoted'";
export const from = 'not an import';
export function f() { return 'x'; }
`;
  expect(findImports('x.ts', text).map(({ specifier, isTypeOnly }) => [specifier, isTypeOnly])).toEqual([
    ['a', false],
    ['b', false],
    ['c', true],
    ['./e.ts', false],
    ['./f.ts', false],
    ['./g.ts', true],
    ['d', false],
    ['h', false],
  ]);
});
