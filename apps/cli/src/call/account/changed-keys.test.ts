import { OracleCallError } from '@oracle-calls/protocol';
import type { ErrorCode } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { acceptNamedKeys } from './changed-keys.ts';

const SHOWN = { shownIdentityKey: 'ab12', shownEnvelopeKey: 'cd34', shownMatrixUserId: '@oracle:example.org' };
const { signal } = new AbortController();

function callsThat(code?: ErrorCode) {
  const accepted: object[] = [];
  return {
    accepted,
    prepare: async (): Promise<void> => {
      if (code !== undefined) throw new OracleCallError(code, undefined, { details: SHOWN });
    },
    acceptChangedKeys: async (options: object) => {
      accepted.push(options);
      const current = { identityKey: 'ab12', envelopeKey: 'cd34', matrixUserId: undefined };
      return { previous: undefined, current };
    },
  };
}

test.each(['ERR_KEY_CHANGED', 'ERR_KEY_ROTATION'] as const)(
  '%s: the keys that were named are taken, and only they',
  async (code) => {
    const calls = callsThat(code);
    await acceptNamedKeys(calls, 'did:ixo:oracle', 'AB12', signal);
    const expected = { identityKey: 'ab12', envelopeKey: 'cd34', matrixUserId: '@oracle:example.org' };
    expect(calls.accepted).toEqual([{ oracleDid: 'did:ixo:oracle', expected }]);
  },
);

test('other keys than those named stay refused', async () => {
  const calls = callsThat('ERR_KEY_CHANGED');
  const refused = { code: 'ERR_KEY_CHANGED', details: { shownIdentityKey: 'ab12' } };
  await expect(acceptNamedKeys(calls, 'did:ixo:oracle', 'ab13', signal)).rejects.toMatchObject(refused);
  expect(calls.accepted).toEqual([]);
});

test('keys that have not changed are left alone, and other failures are told', async () => {
  const calls = callsThat();
  await acceptNamedKeys(calls, 'did:ixo:oracle', 'ab12', signal);
  expect(calls.accepted).toEqual([]);
  const failing = callsThat('ERR_DID_NOT_RESOLVED');
  await expect(acceptNamedKeys(failing, 'did:ixo:oracle', 'ab12', signal)).rejects.toMatchObject({
    code: 'ERR_DID_NOT_RESOLVED',
  });
});
