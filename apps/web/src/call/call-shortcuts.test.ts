import { expect, test } from 'vitest';
import { shortcutOf, SHORTCUTS, type PressedKey } from './call-shortcuts.ts';

const pressed = (key: string, more: Partial<PressedKey> = {}): PressedKey => ({
  key,
  code: '',
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  repeat: false,
  target: { tagName: 'BODY' },
  ...more,
});

test('every key of the list does what the list says, in either case', () => {
  for (const { shortcut, key } of SHORTCUTS) {
    const name = key === 'Esc' ? 'Escape' : key;
    expect(shortcutOf(pressed(name))).toBe(shortcut);
    expect(shortcutOf(pressed(name.toLowerCase()))).toBe(shortcut);
  }
});

test.each([
  [{ tagName: 'INPUT', type: 'text' }],
  [{ tagName: 'TEXTAREA' }],
  [{ tagName: 'SELECT' }],
  [{ tagName: 'DIV', isContentEditable: true }],
])('whoever types in %j types', (target) => {
  expect(shortcutOf(pressed('m', { target }))).toBeUndefined();
  expect(shortcutOf(pressed('Escape', { target }))).toBe('close');
});

test('a slider takes no letters', () => {
  expect(shortcutOf(pressed('m', { target: { tagName: 'INPUT', type: 'range' } }))).toBe('mute');
});

test('keys of the browser and keys that are held down are left alone', () => {
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { repeat: true }]) {
    expect(shortcutOf(pressed('m', more))).toBeUndefined();
  }
});

test('on a keyboard without Latin letters the place of the key counts, on others only its letter', () => {
  expect(shortcutOf(pressed('ة', { code: 'KeyM' }))).toBe('mute');
  expect(shortcutOf(pressed(',', { code: 'KeyM' }))).toBeUndefined();
  expect(shortcutOf(pressed('m', { code: 'Semicolon' }))).toBe('mute');
});
