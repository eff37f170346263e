import { describe, expect, it } from 'vitest';
import { chooseNode, lockHash, pathWith, planInstall } from './run-plan.mjs';

const entry = (version: string, more: object = {}): object => ({ version, integrity: `sha512-${version}`, ...more });
const lockText = JSON.stringify({
  packages: {
    '': { version: '0.1.0' },
    'packages/sdk': { version: '0.1.0' },
    'node_modules/hono': entry('4.0.0'),
    'node_modules/only-on-macos': entry('1.0.0', { optional: true }),
  },
});
const installed = (packages: object): string => JSON.stringify({ packages });
const exactly = installed({ 'node_modules/hono': entry('4.0.0') });

describe('planning the installation', () => {
  it('installs when nothing is there', () => {
    const plan = planInstall({ lockText, recordedHash: undefined, installedLockText: undefined });
    expect(plan).toEqual({ kind: 'install', reason: 'the packages are not installed yet' });
  });

  it('installs again when npm was interrupted, although an older record is there', () => {
    const plan = planInstall({ lockText, recordedHash: lockHash(lockText), installedLockText: undefined });
    expect(plan.kind).toBe('install');
  });

  it('is ready when the recorded hash is that of the lock file', () => {
    expect(planInstall({ lockText, recordedHash: lockHash(lockText), installedLockText: exactly })).toEqual({
      kind: 'ready',
    });
  });

  it('adopts what npm itself installed from just this lock file, packages of other platforms aside', () => {
    expect(planInstall({ lockText, recordedHash: 'older', installedLockText: exactly })).toEqual({ kind: 'adopt' });
  });

  it.each([
    ['another version', installed({ 'node_modules/hono': entry('3.0.0') })],
    ['the same version with other contents', installed({ 'node_modules/hono': { version: '4.0.0', integrity: 'x' } })],
    ['a package missing', installed({})],
    ['a package too many', installed({ 'node_modules/hono': entry('4.0.0'), 'node_modules/left': entry('1.0.0') })],
    ['an unreadable record', '{'],
  ])('installs when npm has installed %s', (_, installedLockText) => {
    const plan = planInstall({ lockText, recordedHash: 'older', installedLockText });
    expect(plan).toEqual({ kind: 'install', reason: 'package-lock.json has changed' });
  });
});

describe('choosing the Node', () => {
  it('prefers the pinned one, whatever runs', () => {
    expect(chooseNode({ pinned: '/pinned', running: '/running', runningVersion: '26.0.0' })).toBe('/pinned');
  });

  it('falls back to the running one when it is new enough', () => {
    expect(chooseNode({ pinned: undefined, running: '/running', runningVersion: '24.0.1' })).toBe('/running');
  });

  it('has none when the running one is too old', () => {
    expect(chooseNode({ pinned: undefined, running: '/running', runningVersion: '20.20.2' })).toBeUndefined();
  });
});

it('puts folders first on PATH, each once', () => {
  expect(pathWith(['/n', '/b'], '/usr/bin:/b::/bin')).toBe('/n:/b:/usr/bin:/bin');
  expect(pathWith(['/n'], undefined)).toBe('/n');
});
