import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import type { Manifest } from './manifest.ts';
import { inDependencyOrder, publishedWorkspaces, type Workspace } from './workspaces.ts';

const workspace = (name: string, dependencies: Record<string, string>, isPublic = true): [string, Workspace] => {
  const publishConfig = isPublic ? { publishConfig: { access: 'public' } } : {};
  const manifest: Manifest = { name, version: '1.0.0', dependencies, ...publishConfig };
  return [name, { folder: `/${name}`, label: name, manifest }];
};
const namesOf = (workspaces: readonly Workspace[]): string[] => workspaces.map(({ manifest }) => manifest.name);

test('a package comes after those that it depends on', () => {
  const all = new Map([
    workspace('app', { sdk: '1.0.0', other: '^2.0.0' }),
    workspace('page', { sdk: '1.0.0' }, false),
    workspace('sdk', { protocol: '1.0.0' }),
    workspace('protocol', {}),
  ]);
  expect(namesOf(inDependencyOrder(all))).toEqual(['protocol', 'sdk', 'app']);
});

test('a published package does not depend on one that is not', () => {
  const all = new Map([workspace('app', { page: '1.0.0' }), workspace('page', {}, false)]);
  expect(() => inDependencyOrder(all)).toThrow('app is published and depends on page, which is not.');
});

test('packages move in lock-step', () => {
  const all = new Map([workspace('app', { sdk: '0.9.0' }), workspace('sdk', {})]);
  expect(() => inDependencyOrder(all)).toThrow('app asks for sdk 0.9.0; it is 1.0.0.');
});

test('the packages of this project are found by their manifests', async () => {
  const names = namesOf(await publishedWorkspaces(dirname(dirname(import.meta.dirname))));
  expect(names[0]).toBe('@oracle-calls/protocol');
  expect(names).toEqual(expect.arrayContaining(['@oracle-calls/matrix', '@oracle-calls/sdk', 'oracle-calls']));
  expect(names.indexOf('@oracle-calls/react')).toBeGreaterThan(names.indexOf('@oracle-calls/sdk'));
  expect(names).not.toContain('@oracle-calls/web');
});
