import { expect, test } from 'vitest';
import { directionOf, pickLanguage } from './languages.ts';

test.each([
  [['ar-EG', 'en'], 'ar'],
  [['de-DE', 'AR'], 'ar'],
  [[null, undefined, 'en-GB'], 'en'],
  [['de', 'fr'], 'en'],
  [[], 'en'],
] as const)('of %j the page speaks %s', (wanted, spoken) => {
  expect(pickLanguage(wanted)).toBe(spoken);
});

test('Arabic runs from right to left', () => {
  expect([directionOf('en'), directionOf('ar')]).toEqual(['ltr', 'rtl']);
});
