import { OracleCallError } from '@oracle-calls/protocol';
import type { CallState } from '@oracle-calls/sdk';
import { expect, test } from 'vitest';
import { formatDuration, pageStateOf, statusText } from './call-state-words.ts';

const live: CallState = { kind: 'Live', callId: '$event@lk-room' as never };

test('a failed call is an error to scripts, an ordinary ending is not', () => {
  const ended = { kind: 'Ended', callId: undefined, reason: 'hangup', error: undefined } as const;
  expect(pageStateOf(ended)).toBe('ended');
  expect(pageStateOf({ ...ended, error: new OracleCallError('ERR_MEDIA_CONNECT') })).toBe('error');
});

test('the status says what is waited for', () => {
  const connecting = { kind: 'Connecting', callId: undefined } as const;
  expect(statusText({ ...connecting, awaiting: ['event', 'oracle'] }, false)).toBe('connecting');
  expect(statusText({ ...connecting, awaiting: ['oracle'] }, false)).toBe('waiting');
  expect(statusText(live, false)).toBe('live');
  expect(statusText(live, true)).toBe('reconnecting');
});

test('durations read like a telephone', () => {
  expect([0, 9_999, 61_000, 3_600_000].map(formatDuration)).toEqual(['0:00', '0:09', '1:01', '60:00']);
});
