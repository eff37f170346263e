import { expect, test } from 'vitest';
import { emojiName, KNOWN_NAMES } from './emoji-names.ts';

test('each of the 64 pictures has a name in Arabic; a name that is unknown stays as it is', () => {
  expect(KNOWN_NAMES).toBe(64);
  expect(emojiName('Thumbs Up', 'ar')).toBe('إبهام مرفوع');
  expect(emojiName('Thumbs Up', 'en')).toBe('Thumbs Up');
  expect(emojiName('Zebra', 'ar')).toBe('Zebra');
});
