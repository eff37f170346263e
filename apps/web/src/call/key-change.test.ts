import { OracleCallError } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { keyChangeOf } from './key-change.ts';

test('a refusal of changed keys carries what a person decides about', () => {
  const details = {
    wasVerified: true,
    pinnedIdentityKey: 'aa',
    pinnedEnvelopeKey: 'bb',
    shownIdentityKey: 'cc',
    shownEnvelopeKey: 'dd',
  };
  expect(keyChangeOf(new OracleCallError('ERR_KEY_CHANGED', undefined, { details }))).toEqual({
    pinned: 'aa',
    shown: 'cc',
    wasVerified: true,
    expected: { identityKey: 'cc', envelopeKey: 'dd' },
  });
});

test('a person is shown the two keys that differ', () => {
  const details = {
    pinnedIdentityKey: 'aa',
    pinnedEnvelopeKey: 'bb',
    shownIdentityKey: 'aa',
    shownEnvelopeKey: 'dd',
  };
  expect(keyChangeOf(new OracleCallError('ERR_KEY_ROTATION', undefined, { details }))).toMatchObject({
    pinned: 'bb',
    shown: 'dd',
  });
});

test('a pin that could not be read leaves nothing to compare with, but what is accepted is what is shown', () => {
  const details = { pinnedIdentityKey: '', pinnedEnvelopeKey: '', shownIdentityKey: 'cc', shownEnvelopeKey: 'dd' };
  expect(keyChangeOf(new OracleCallError('ERR_KEY_CHANGED', undefined, { details }))).toEqual({
    pinned: '',
    shown: 'cc',
    wasVerified: false,
    expected: { identityKey: 'cc', envelopeKey: 'dd' },
  });
});

test('nobody is asked to accept keys that they are not shown, and other errors leave nothing to decide', () => {
  expect(keyChangeOf(new OracleCallError('ERR_KEY_CHANGED'))).toBeUndefined();
  expect(keyChangeOf(new OracleCallError('ERR_MEDIA_CONNECT'))).toBeUndefined();
});
