import { expect, test } from 'vitest';
import { applyPatch, applyPatches } from './source-patch.ts';

const patch = { file: 'a.ts', find: 'check();', replace: '' };

test('replaces the one place, as it is written', () => {
  expect(applyPatch('before(); check(); after();', patch)).toBe('before();  after();');
  expect(applyPatch('check();', { ...patch, replace: '$& $1' })).toBe('$& $1');
});

test('a text that is not there, or there twice, or replaced by itself, is an error', () => {
  expect(() => applyPatch('nothing', patch)).toThrow('0 times in a.ts');
  expect(() => applyPatch('check(); check();', patch)).toThrow('2 times in a.ts');
  expect(() => applyPatch('check();', { ...patch, replace: patch.find })).toThrow('nothing is replaced');
  expect(() => applyPatch('check();', { ...patch, find: '' })).toThrow(TypeError);
});

test('takes the patches of the file only, one after the other', () => {
  const patches = [patch, { file: 'b.ts', find: 'x', replace: 'y' }, { file: 'a.ts', find: 'after', replace: 'later' }];
  expect(applyPatches('check(); after();', 'a.ts', patches)).toBe(' later();');
});
