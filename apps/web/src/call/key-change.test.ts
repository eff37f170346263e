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
    differences: [{ what: 'key', pinned: 'aa', shown: 'cc' }],
    wasVerified: true,
    expected: { identityKey: 'cc', envelopeKey: 'dd', matrixUserId: undefined },
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
    differences: [{ what: 'key', pinned: 'bb', shown: 'dd' }],
  });
});

test('another account is shown, beside a changed key or alone, and accepting is bound to it', () => {
  const accounts = { pinnedMatrixUserId: '@oracle:x', shownMatrixUserId: '@other:x' };
  const same = { pinnedIdentityKey: 'aa', shownIdentityKey: 'aa', ...accounts };
  const account = { what: 'account', pinned: '@oracle:x', shown: '@other:x' };
  expect(keyChangeOf(new OracleCallError('ERR_KEY_CHANGED', undefined, { details: same }))).toEqual({
    differences: [account],
    wasVerified: false,
    expected: { identityKey: 'aa', envelopeKey: undefined, matrixUserId: '@other:x' },
  });
  const both = { ...same, shownIdentityKey: 'cc' };
  expect(keyChangeOf(new OracleCallError('ERR_KEY_CHANGED', undefined, { details: both }))?.differences).toEqual([
    { what: 'key', pinned: 'aa', shown: 'cc' },
    account,
  ]);
});

test('a pin that could not be read leaves nothing to compare with, but what is accepted is what is shown', () => {
  const details = { pinnedIdentityKey: '', pinnedEnvelopeKey: '', shownIdentityKey: 'cc', shownEnvelopeKey: 'dd' };
  expect(keyChangeOf(new OracleCallError('ERR_KEY_CHANGED', undefined, { details }))).toEqual({
    differences: [{ what: 'key', pinned: '', shown: 'cc' }],
    wasVerified: false,
    expected: { identityKey: 'cc', envelopeKey: 'dd', matrixUserId: undefined },
  });
});

test('nobody is asked to accept keys that they are not shown, and other errors leave nothing to decide', () => {
  expect(keyChangeOf(new OracleCallError('ERR_KEY_CHANGED'))).toBeUndefined();
  expect(keyChangeOf(new OracleCallError('ERR_MEDIA_CONNECT'))).toBeUndefined();
});
