import { OracleCallError } from '@oracle-calls/protocol';
import type { CallSecurity, CallState } from '@oracle-calls/sdk';
import { expect, test } from 'vitest';
import { formatDuration, pageStateOf, securityLine, statusLine } from './call-summary.ts';

const live: CallState = { kind: 'Live', callId: '$event@lk-room' as never };

const security: CallSecurity = {
  protocolVersion: 2,
  padlock: 'none',
  suite: 'hpke-x25519',
  comparisonCode: undefined,
  keyState: 'same',
  keysAreIndependent: true,
  keyFingerprints: undefined,
  isVerified: false,
  pinsAreKept: true,
};

test('the padlock is what the SDK says of a live call, and nothing is said of others', () => {
  expect(securityLine(live, { ...security, padlock: 'encrypted' })).toEqual({
    padlock: 'encrypted',
    text: 'Encrypted end to end. Code not compared.',
  });
  expect(securityLine(live, security)).toMatchObject({ padlock: 'none', text: expect.stringMatching(/not proved/) });
  expect(securityLine(live, undefined).padlock).toBeUndefined();
  expect(securityLine({ kind: 'Preparing' }, { ...security, padlock: 'encrypted' }).padlock).toBeUndefined();
});

test('only compared codes are called compared, and nothing is called encrypted too early', () => {
  const code = { raw: '0123456789' as never, formatted: '01234 56789' };
  const agreed = securityLine(live, { ...security, comparisonCode: code });
  expect(agreed.text).toBe('Keys are agreed. No sealed sound has flowed both ways yet.');
  expect(securityLine(live, { ...security, padlock: 'verified', comparisonCode: code }).text).toMatch(/Code compared/);
});

test('a failed call is an error to scripts, an ordinary ending is not', () => {
  const ended = { kind: 'Ended', callId: undefined, reason: 'hangup', error: undefined } as const;
  expect(pageStateOf(ended)).toBe('ended');
  expect(pageStateOf({ ...ended, error: new OracleCallError('ERR_MEDIA_CONNECT') })).toBe('error');
});

test('the status says what is waited for', () => {
  expect(statusLine({ kind: 'Connecting', callId: undefined, awaiting: ['event', 'oracle'] }, false)).toBe(
    'Connecting…',
  );
  expect(statusLine({ kind: 'Connecting', callId: undefined, awaiting: ['oracle'] }, false)).toMatch(
    /Waiting for the oracle/,
  );
  expect(statusLine(live, true)).toMatch(/Reconnecting/);
});

test('durations read like a telephone', () => {
  expect([0, 9_999, 61_000, 3_600_000].map(formatDuration)).toEqual(['0:00', '0:09', '1:01', '60:00']);
});
