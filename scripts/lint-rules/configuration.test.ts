import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, copyFileSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';

/*
 * The rules as configured: a copy of the configuration is run over samples in the folders to which it applies, so that a
 * rule which is switched off, misspelt or overridden by mistake is noticed.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const report = v.object({ diagnostics: v.array(v.object({ code: v.optional(v.string()), filename: v.string() })) });

const SAMPLES: Readonly<Record<string, { readonly code: string; readonly findings: readonly string[] }>> = {
  'packages/sdk/src/call/clean.ts': { code: 'export const one = 1;\n', findings: [] },
  'packages/sdk/src/call/timer.ts': {
    code: 'setTimeout(() => undefined, 5);\n',
    findings: ['oracle-calls(bare-timer)'],
  },
  'packages/protocol/src/clock.ts': { code: 'setTimeout(() => undefined, 5);\n', findings: [] },
  'packages/sdk/src/call/timer.test.ts': { code: 'Date.now();\n', findings: ['oracle-calls(bare-timer)'] },
  'scripts/now.ts': { code: 'console.log(Date.now());\n', findings: [] },
  'packages/sdk/src/call/listener.ts': {
    code: "addEventListener('x', () => undefined); globalThis.addEventListener('y', () => undefined);\n",
    findings: ['oracle-calls(listener-without-disposer)'],
  },
  'packages/sdk/src/call/secret.ts': {
    code: 'declare const key: { expose(): string };\nexport const text = `key ${key.expose()}`;\n',
    findings: ['oracle-calls(secret-in-text)'],
  },
  'packages/sdk/src/call/sdk.ts': {
    code: "export * from 'livekit-client';\n",
    findings: ['oracle-calls(sdk-outside-adapter)'],
  },
  'packages/sdk/src/call/cast.ts': {
    code: 'export const did = (5 as unknown as string);\n',
    findings: ['oracle-calls(double-assertion)'],
  },
  'packages/sdk/src/call/default.ts': { code: 'export default 5;\n', findings: ['import(no-default-export)'] },
  'packages/sdk/vite.config.ts': { code: 'export default 5;\n', findings: [] },
  'packages/sdk/src/call/console.ts': { code: "console.log('x');\n", findings: ['eslint(no-console)'] },
  'apps/web/src/console.ts': { code: "console.log('x');\n", findings: [] },
  'packages/sdk/src/call/any.ts': {
    code: 'export function f(x: any): void {\n  void x;\n}\n',
    findings: ['typescript(no-explicit-any)'],
  },
  'packages/sdk/src/call/non-null.ts': {
    code: 'export const f = (x: string | undefined): string => x!;\n',
    findings: ['typescript(no-non-null-assertion)'],
  },
  'packages/sdk/src/call/floating.ts': {
    code: 'async function f(): Promise<void> {}\nf();\n',
    findings: ['typescript(no-floating-promises)'],
  },
  'packages/sdk/src/call/misused.ts': {
    code: 'export const f = (p: Promise<boolean>): number => (p ? 1 : 2);\n',
    findings: ['typescript(no-misused-promises)'],
  },
  'packages/sdk/src/call/switch.ts': {
    code: "export function f(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n      break;\n  }\n}\n",
    findings: ['typescript(switch-exhaustiveness-check)'],
  },
  'packages/sdk/src/call/type-import.ts': {
    code: "import { Clock } from './clean-type.ts';\nexport type Mine = Clock;\n",
    findings: ['typescript(consistent-type-imports)'],
  },
  'packages/sdk/src/call/long.ts': {
    code: `${Array.from({ length: 401 }, (_, index) => `export const a${index} = 1;`).join('\n')}\n`,
    findings: ['eslint(max-lines)'],
  },
  'packages/sdk/src/call/long.test.ts': {
    code: `${Array.from({ length: 600 }, (_, index) => `export const a${index} = 1;`).join('\n')}\n`,
    findings: [],
  },
  'packages/sdk/src/call/skipped.test.ts': {
    code: "import { test } from 'vitest';\ntest.skip('x', () => undefined);\n",
    findings: ['vitest(no-disabled-tests)'],
  },
  'packages/react/src/hooks/sometimes.ts': {
    code: "import { useState } from 'react';\nexport const useSometimes = (isOn: boolean): unknown => (isOn ? useState(1) : undefined);\n",
    findings: ['react(hooks)', 'react-hooks(rules-of-hooks)'],
  },
  'apps/web/src/view/picture.tsx': {
    code: 'export const Picture = (): unknown => <img src="x.png" />;\n',
    findings: ['jsx-a11y(alt-text)'],
  },
  'packages/sdk/src/call/unused-reason.ts': {
    code: '// oxlint-disable-next-line no-console\nexport const two = 2;\n',
    findings: ['unused directive'],
  },
};

let folder = '';
let found: ReadonlyMap<string, readonly string[]> = new Map();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oracle-calls-lint-'));
  copyFileSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  cpSync(join(ROOT, 'scripts/lint-rules'), join(folder, 'scripts/lint-rules'), {
    recursive: true,
    filter: (source) => !source.endsWith('.test.ts'),
  });
  copyFileSync(join(ROOT, 'tsconfig.base.json'), join(folder, 'tsconfig.json'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, { code }] of Object.entries(SAMPLES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), code);
  }
  writeFileSync(join(folder, 'packages/sdk/src/call/clean-type.ts'), 'export interface Clock {\n  now(): number;\n}\n');
  const options = { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 24 } as const;
  const oxlint = join(ROOT, 'node_modules/oxlint/bin/oxlint');
  const { stdout } = spawnSync(process.execPath, [oxlint, '--type-aware', '-f', 'json', '.'], options);
  const { diagnostics } = v.parse(report, JSON.parse(stdout));
  found = Map.groupBy(diagnostics, ({ filename }) => filename)
    .entries()
    .map(([name, rows]) => [name, [...new Set(rows.map(({ code }) => code ?? 'unused directive'))]] as const)
    .reduce((map, [name, codes]) => map.set(name, codes), new Map<string, readonly string[]>());
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(Object.keys(SAMPLES))('%s has exactly the findings that it should', (path) => {
  expect(found.get(path) ?? []).toEqual(SAMPLES[path]?.findings);
});

test('our own rules have nothing against themselves', () => {
  expect([...found.keys()].filter((path) => path.startsWith('scripts/lint-rules/'))).toEqual([]);
});
