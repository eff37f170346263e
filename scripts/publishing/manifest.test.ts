import { expect, test } from 'vitest';
import { isPublished, publishedManifest, type Manifest } from './manifest.ts';

const manifest: Manifest & { readonly devDependencies: object; readonly scripts: object } = {
  name: '@oracle-calls/example',
  version: '0.1.0',
  private: true,
  license: 'Apache-2.0',
  type: 'module',
  sideEffects: ['./src/patch.ts', './src/frames/frame-worker.ts'],
  bin: { example: './src/main.ts' },
  imports: { '#facts': { browser: './src/facts.browser.ts', default: './src/facts.ts' } },
  exports: {
    '.': './src/index.ts',
    './frame-worker': './src/frames/frame-worker.ts',
    './media': { node: './src/media/node.ts', default: './src/media/index.ts' },
    './inside': null,
  },
  dependencies: { valibot: '1.5.0' },
  peerDependencies: { 'matrix-js-sdk': '^43.0.0' },
  devDependencies: { vitest: '5.1.1' },
  scripts: { prepare: 'false' },
  publishConfig: { access: 'public', bundledEntries: ['./frame-worker'] },
};

const built = (stem: string): object => ({ types: `./dist/${stem}.d.ts`, default: `./dist/${stem}.js` });

test('a published manifest leads to what was built, under every condition', () => {
  expect(publishedManifest(manifest)).toEqual({
    name: '@oracle-calls/example',
    version: '0.1.0',
    license: 'Apache-2.0',
    type: 'module',
    sideEffects: ['./dist/patch.js', './dist/frame-worker.js'],
    bin: { example: 'dist/main.js' },
    imports: { '#facts': { browser: built('facts.browser'), default: built('facts') } },
    exports: {
      '.': built('index'),
      './frame-worker': built('frame-worker'),
      './media': { node: built('media/node'), default: built('media/index') },
      './inside': null,
      './package.json': './package.json',
    },
    files: ['dist'],
    dependencies: { valibot: '1.5.0' },
    peerDependencies: { 'matrix-js-sdk': '^43.0.0' },
    publishConfig: { access: 'public' },
  });
});

test.each(['^1.5.0', '*', 'workspace:*', 'file:../valibot'])('a dependency on %s is not published', (range) => {
  expect(() => publishedManifest({ ...manifest, dependencies: { valibot: range } })).toThrow('an exact version');
});

test('an export that is no source file is refused', () => {
  expect(() => publishedManifest({ ...manifest, exports: { '.': './dist/index.js' } })).toThrow('not a source file');
});

test('a workspace is published when it says so, though its own manifest is private', () => {
  expect(isPublished(manifest)).toBe(true);
  expect(isPublished({ name: 'react', version: '0.1.0', private: true })).toBe(false);
});
