import { expect, test } from 'vitest';
import { leaveNotice, takeNotice } from './left-notice.ts';

test('a notice outlives the page once; what is none says nothing', () => {
  let kept: string | null = null;
  const storage = {
    getItem: () => kept,
    setItem: (_key: string, value: string) => void (kept = value),
    removeItem: () => void (kept = null),
  };
  expect(takeNotice(storage)).toBeUndefined();
  leaveNotice(storage, 'device-listed');
  expect(takeNotice(storage)).toBe('device-listed');
  expect(takeNotice(storage)).toBeUndefined();
  kept = 'anything';
  expect(takeNotice(storage)).toBeUndefined();
});
