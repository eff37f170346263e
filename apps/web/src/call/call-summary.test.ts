import { OracleCallError } from '@oracle-calls/protocol';
import type { CallState } from '@oracle-calls/sdk';
import { expect, test } from 'vitest';
import { formatDuration, pageStateOf, securityLine, statusLine } from './call-summary.ts';

const live: CallState = { kind: 'Live', callId: '$event@lk-room' as never };

test('the padlock is shown only for a live call whose every track is encrypted', () => {
  const encrypted = { encrypted: true, tracks: [] };
  expect(securityLine(live, encrypted)).toEqual({
    isEncrypted: true,
    text: 'Encrypted end to end. Oracle’s key not compared.',
  });
  expect(securityLine(live, { encrypted: false, tracks: [] }).isEncrypted).toBe(false);
  expect(securityLine(live, undefined).isEncrypted).toBe(false);
  expect(securityLine({ kind: 'Preparing' }, encrypted).isEncrypted).toBeUndefined();
  expect(securityLine(undefined, encrypted).isEncrypted).toBeUndefined();
});

test('nothing is ever called verified', () => {
  for (const state of [undefined, live, { kind: 'Preparing' } as const]) {
    expect(securityLine(state, { encrypted: true, tracks: [] }).text).not.toMatch(/verif/i);
  }
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
