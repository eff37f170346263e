import { expect, it } from 'vitest';
import { saidOnce } from './said-once.ts';

it('takes away the beginning of a sentence that comes again after it', () => {
  expect(saidOnce('Where do I find the password? Where do I find the')).toBe('Where do I find the password?');
});

it.each([
  'Where do I find the password?',
  // Somebody begins anew.
  'Where do I? Where do I find the password?',
  // Said twice in full.
  'Stop it now. Stop it now.',
  'How much is it? How much?',
  'I see. I want a room.',
  '',
])('leaves %j', (text) => {
  expect(saidOnce(text)).toBe(text);
});
