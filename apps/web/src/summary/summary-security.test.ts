import { expect, test } from 'vitest';
import { securityText } from './summary-security.ts';

test('a call is called encrypted when sealed sound has flowed, and compared when a person has compared its code', () => {
  const live = { liveAt: 1, wasEncrypted: true };
  expect(securityText(live, false)).toBe('encrypted');
  expect(securityText(live, true)).toBe('compared');
  expect(securityText({ ...live, wasEncrypted: false }, true)).toBe('none');
  expect(securityText({ liveAt: undefined, wasEncrypted: false }, true)).toBe('notLive');
});
