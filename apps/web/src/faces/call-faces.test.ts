import { OracleCallError } from '@oracle-calls/protocol';
import type { CallWarning } from '@oracle-calls/react';
import type { CallState } from '@oracle-calls/sdk';
import { expect, test } from 'vitest';
import { facesOf, type CallMoment } from './call-faces.ts';

const live: CallState = { kind: 'Live', callId: '$event@lk-room' as never };

const quiet: CallMoment = {
  state: live,
  isSlow: false,
  isReconnecting: false,
  isOffline: false,
  warnings: [],
  quality: 'good',
  isMicrophoneEnabled: true,
  isCameraEnabled: false,
  sleptMs: undefined,
  wasShareRefused: false,
  isSoundBlocked: false,
};

const told = (...notices: CallWarning['notice'][]): CallWarning[] =>
  notices.map((notice, id) => ({ id, at: 0, notice }));
const names = (moment: Partial<CallMoment>): string[] => facesOf({ ...quiet, ...moment }).map(({ name }) => name);
const deviceError = (device: string, problem: string): CallWarning['notice'] => ({
  kind: 'error',
  error: new OracleCallError('ERR_MEDIA_DEVICE', undefined, { details: { device, problem } }),
});

test('a call that goes well shows nothing', () => {
  expect(names({})).toEqual([]);
});

test('a slow set-up names what is waited for, the first step first, and only once it is slow', () => {
  const connecting = (...awaiting: ('event' | 'sfu' | 'oracle')[]): CallState => ({
    kind: 'Connecting',
    callId: undefined,
    awaiting,
  });
  expect(names({ state: connecting('sfu', 'event', 'oracle'), isSlow: true })).toEqual(['homeserver-slow']);
  expect(names({ state: connecting('oracle', 'sfu'), isSlow: true })).toEqual(['sfu-slow']);
  expect(names({ state: connecting('oracle'), isSlow: true })).toEqual(['oracle-waiting']);
  expect(names({ state: connecting('oracle'), isSlow: false })).toEqual([]);
});

test('while the connection is away nothing is said of its quality', () => {
  expect(names({ isReconnecting: true, quality: 'poor' })).toEqual(['reconnecting']);
  expect(names({ quality: 'poor' })).toEqual(['connection-poor']);
  expect(names({ quality: 'fair' })).toEqual([]);
});

test('a device without network is said to be offline before the call notices, and then reconnecting', () => {
  expect(names({ isOffline: true, quality: 'poor' })).toEqual(['offline']);
  expect(names({ isOffline: true, isReconnecting: true })).toEqual(['reconnecting']);
});

test('on a poor connection the camera can be switched off, if it is on', () => {
  expect(facesOf({ ...quiet, quality: 'poor' })[0]?.actions).toEqual([]);
  expect(facesOf({ ...quiet, quality: 'poor', isCameraEnabled: true })[0]?.actions).toEqual(['cameraOff']);
});

test('what is dangerous stands above what is good to know', () => {
  const warnings = told({ kind: 'echo' }, { kind: 'stranger', participantIdentity: 'x' });
  expect(names({ warnings, sleptMs: 40_000 })).toEqual(['stranger', 'asleep', 'echo']);
});

test('warnings of one kind are one face, and go together', () => {
  const stranger = { kind: 'stranger', participantIdentity: 'x' } as const;
  expect(facesOf({ ...quiet, warnings: told(stranger, { kind: 'echo' }, stranger) })[0]?.warnings).toEqual([0, 2]);
});

test.each([
  ['microphone', 'denied'],
  ['microphone', 'absent'],
  ['microphone', 'busy'],
  ['camera', 'denied'],
  ['camera', 'busy'],
  ['screen', 'denied'],
])('a %s that is %s has a face of its own', (device, problem) => {
  expect(names({ warnings: told(deviceError(device, problem)), isMicrophoneEnabled: false })).toEqual([
    `${device}-${problem}`,
  ]);
});

test('a device that is on again needs no face', () => {
  const unplugged = { kind: 'device', device: 'microphone', change: 'unplugged', label: 'Headset' } as const;
  const warnings = told(unplugged, deviceError('microphone', 'absent'), deviceError('camera', 'busy'));
  expect(names({ warnings, isMicrophoneEnabled: false, isCameraEnabled: false })).toEqual([
    'microphone-unplugged',
    'microphone-absent',
    'camera-busy',
  ]);
  expect(names({ warnings, isMicrophoneEnabled: true, isCameraEnabled: true })).toEqual([]);
});

test('a device in whose place another came is told, though that other one is on', () => {
  const replaced = { kind: 'device', device: 'microphone', change: 'replaced', label: 'Headset' } as const;
  expect(names({ warnings: told(replaced) })).toEqual(['microphone-replaced']);
});

test('a screen that was not shared after all is told', () => {
  expect(names({ wasShareRefused: true })).toEqual(['screen-refused']);
});

test('an error without a face of its own is named by its code', () => {
  const error = new OracleCallError('ERR_AUTH_EXPIRED');
  expect(names({ warnings: told({ kind: 'error', error }) })).toEqual(['ERR_AUTH_EXPIRED']);
});

test('a call that ends says the rest elsewhere', () => {
  const ending: CallState = { kind: 'Ending', callId: undefined, reason: 'hangup', error: undefined };
  expect(names({ state: ending, isReconnecting: true, isSoundBlocked: true })).toEqual([]);
});
