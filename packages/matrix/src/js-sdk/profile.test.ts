import { expect, test } from 'vitest';
import { accountPortOver } from '../js-sdk-matrix.ts';
import { ALICE, fakeContext, ORACLE } from './context.fixture.ts';
import { connectionError, FakeMatrixError } from './fake-sdk-client.fixture.ts';

const FIELD = 'm.ixo.oracles_call.did';

test('a field of a profile is asked of the homeserver by its name, and only it is taken from the answer', async () => {
  const context = fakeContext();
  context.client.answers = [() => Promise.resolve({ [FIELD]: 'did:ixo:oracle', displayname: 'Oracle' })];
  expect(await accountPortOver(context).readProfileField(ORACLE, FIELD)).toBe('did:ixo:oracle');
  expect(context.client.requests).toEqual([
    { method: 'GET', path: `/profile/%40oracle%3Alocalhost/${FIELD}`, body: undefined },
  ]);
});

test.each([
  ['that is not set', 404, 'M_NOT_FOUND'],
  ['of a homeserver without such fields', 404, 'M_UNRECOGNIZED'],
  ['that strangers are not shown', 403, 'M_FORBIDDEN'],
])('a field %s says nothing', async (_words, status, errcode) => {
  const context = fakeContext();
  context.client.answers = [() => Promise.reject(new FakeMatrixError(status, errcode))];
  expect(await accountPortOver(context).readProfileField(ORACLE, FIELD)).toBeUndefined();
});

test('an answer that is none says nothing', async () => {
  const context = fakeContext();
  context.client.answers = [() => Promise.resolve(null)];
  expect(await accountPortOver(context).readProfileField(ORACLE, FIELD)).toBeUndefined();
});

test('a homeserver that is away is ERR_UPSTREAM_HOMESERVER after some attempts', async () => {
  const context = fakeContext();
  context.client.answers = [() => Promise.reject(connectionError())];
  const refused = expect(accountPortOver(context).readProfileField(ORACLE, FIELD)).rejects.toMatchObject({
    code: 'ERR_UPSTREAM_HOMESERVER',
  });
  await context.clock.advance(10_000);
  await refused;
  expect(context.client.requests.length).toBeGreaterThan(1);
});

test('an account writes its own profile alone', async () => {
  const context = fakeContext();
  await accountPortOver(context).setProfileField(FIELD, 'did:ixo:oracle');
  expect(context.client.requests).toEqual([
    { method: 'PUT', path: `/profile/${encodeURIComponent(ALICE)}/${FIELD}`, body: { [FIELD]: 'did:ixo:oracle' } },
  ]);
});
