import { BearerSecret } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { encodeRecoveryKey } from 'matrix-js-sdk/lib/crypto-api/recovery-key.js';
import { expect, test } from 'vitest';
import {
  crossSigningState,
  ensureCrossSigning,
  renewRecoveryKey,
  resetCrossSigning,
  type CrossSigningOutcome,
} from './ensure-cross-signing.ts';
import { FakeAccount, FakeDevice } from './fake-account.fixture.ts';
import { FakeMatrixError } from '../js-sdk/fake-sdk-client.fixture.ts';
import { RecoveryKeyHolder } from './recovery-key-holder.ts';
import { withPassword } from './upload-authorisation.ts';

function device(account = new FakeAccount(), deviceId?: string) {
  const holder = new RecoveryKeyHolder();
  const client = new FakeDevice(account, holder, encodeRecoveryKey, deviceId);
  return { account, client, holder };
}

function newKeyOf(outcome: CrossSigningOutcome): BearerSecret {
  if (outcome.state !== 'ready' || outcome.newRecoveryKey === undefined) throw new Error('no new key');
  return outcome.newRecoveryKey;
}

async function accountWithIdentity() {
  const { account, client, holder } = device();
  const recoveryKey = newKeyOf(await ensureCrossSigning(client, { holder }));
  return { account, first: client, firstHolder: holder, recoveryKey };
}

test('an account without an identity gets one with a recovery key, which is kept before anything is uploaded', async () => {
  const { account, client, holder } = device();
  const kept: string[] = [];
  const keep = (key: BearerSecret): Promise<void> => {
    account.steps.push('kept');
    kept.push(key.expose());
    return Promise.resolve();
  };
  const made = newKeyOf(await ensureCrossSigning(client, { holder, keep }));
  expect(made.expose()).toMatch(/^(\w{4} ){11}\w{4}$/);
  expect(kept).toEqual([made.expose()]);
  expect(account.steps).toEqual(['kept', 'storage', 'private keys stored', 'public keys uploaded', 'backup made']);
  expect(String(made)).not.toContain(made.expose());
  await expect(crossSigningState(client)).resolves.toBe('ready');
});

/** Moves time on until the set-up has an outcome. */
async function inTime(clock: FakeClock, setUp: Promise<CrossSigningOutcome>): Promise<object> {
  let outcome: object | undefined;
  const ended = setUp.catch(({ code }: { readonly code: string }) => ({ code })).then((it) => (outcome = it));
  for (let passed = 0; outcome === undefined && passed < 60_000; passed += 200) {
    await clock.advance(200);
    await clock.settle();
  }
  return await ended;
}

test('a list of devices from before the signature is not believed at once, and not waited for without end', async () => {
  for (const [staleLooks, outcome] of [
    [3, { state: 'ready' }],
    [1_000, { code: 'ERR_MATRIX_CROSS_SIGNING' }],
  ] as const) {
    const { client, holder } = device();
    client.staleLooks = staleLooks;
    const clock = new FakeClock();
    expect(await inTime(clock, ensureCrossSigning(client, { holder, clock }))).toMatchObject(outcome);
  }
});

test('a signature that the homeserver threw away, because the keys of the new device came later, is made again', async () => {
  for (const [earlySignatures, outcome] of [
    [1, { state: 'ready' }],
    [3, { state: 'ready' }],
    [1_000, { code: 'ERR_MATRIX_CROSS_SIGNING' }],
  ] as const) {
    const { account, recoveryKey } = await accountWithIdentity();
    const { client, holder } = device(account, 'ANOTHER');
    client.earlySignatures = earlySignatures;
    const clock = new FakeClock();
    expect(await inTime(clock, ensureCrossSigning(client, { holder, recoveryKey, clock }))).toMatchObject(outcome);
    expect(account.signedDevices.has('ANOTHER')).toBe('state' in outcome);
  }
});

test('a recovery key that cannot be kept stops the set-up before anything exists', async () => {
  const { account, client, holder } = device();
  const full = new Error('disk full');
  await expect(ensureCrossSigning(client, { holder, keep: () => Promise.reject(full) })).rejects.toThrow();
  expect(account.steps).toEqual([]);
});

test('a device that is signed needs nothing', async () => {
  const { first, firstHolder } = await accountWithIdentity();
  await expect(ensureCrossSigning(first, { holder: firstHolder })).resolves.toEqual({
    state: 'ready',
    newRecoveryKey: undefined,
    backup: 'on',
  });
});

test('a new device asks for the recovery key and is signed with it', async () => {
  const { account, recoveryKey } = await accountWithIdentity();
  const { client, holder } = device(account, 'SECOND');
  await expect(crossSigningState(client)).resolves.toBe('own-device-unsigned');
  await expect(ensureCrossSigning(client, { holder })).resolves.toEqual({
    state: 'recovery-key-needed',
    canRecover: true,
  });
  const withSpaces = new BearerSecret(` ${recoveryKey.expose()}\n`, 'recovery key');
  await expect(ensureCrossSigning(client, { holder, recoveryKey: withSpaces })).resolves.toMatchObject({
    state: 'ready',
  });
  expect(account.signedDevices.has('SECOND')).toBe(true);
});

test('a wrong recovery key, and text that is none, are refused and sign nothing', async () => {
  const { account } = await accountWithIdentity();
  const other = await accountWithIdentity();
  const { client, holder } = device(account, 'SECOND');
  for (const recoveryKey of [other.recoveryKey, new BearerSecret('EsTc 0000', 'recovery key')]) {
    const refused = ensureCrossSigning(client, { holder, recoveryKey });
    await expect(refused).rejects.toMatchObject({ code: 'ERR_MATRIX_RECOVERY_KEY' });
    await refused.catch((error: unknown) => expect(JSON.stringify(error)).not.toContain(recoveryKey.expose()));
  }
  expect(account.signedDevices.has('SECOND')).toBe(false);
});

test('an identity without stored keys cannot be recovered', async () => {
  const { account } = await accountWithIdentity();
  account.storage = undefined;
  const { client, holder } = device(account, 'SECOND');
  await expect(ensureCrossSigning(client, { holder })).resolves.toEqual({
    state: 'recovery-key-needed',
    canRecover: false,
  });
});

test('a set-up that was interrupted before the upload begins anew', async () => {
  const { account, client, holder } = device();
  client.isInterrupted = 'before-upload';
  await expect(ensureCrossSigning(client, { holder })).rejects.toThrow();
  client.isInterrupted = undefined;
  const made = newKeyOf(await ensureCrossSigning(client, { holder }));
  expect(account.storage?.key).toBe(made.expose());
  expect(account.storage?.identity).toBe(account.identity);
});

test('a set-up that was interrupted before the signature is finished with the keys that are there', async () => {
  const { account, client, holder } = device();
  client.isInterrupted = 'before-signature';
  await expect(ensureCrossSigning(client, { holder })).rejects.toThrow();
  client.isInterrupted = undefined;
  const { identity } = account;
  await expect(ensureCrossSigning(client, { holder })).resolves.toMatchObject({ state: 'ready' });
  expect(account.identity).toBe(identity);
});

test('a device with the private keys of an account without a recovery key makes one', async () => {
  const { account, first, firstHolder } = await accountWithIdentity();
  account.storage = undefined;
  const made = newKeyOf(await ensureCrossSigning(first, { holder: firstHolder }));
  expect(account.storage).toMatchObject({ key: made.expose(), identity: account.identity });
});

test('a recovery key that nobody kept is replaced by another, on a device that has the private keys', async () => {
  const { account, first, firstHolder, recoveryKey } = await accountWithIdentity();
  const renewed = await renewRecoveryKey(first, { holder: firstHolder });
  expect(renewed.expose()).not.toBe(recoveryKey.expose());
  const { client, holder } = device(account, 'SECOND');
  await expect(ensureCrossSigning(client, { holder, recoveryKey: renewed })).resolves.toMatchObject({ state: 'ready' });
  client.privateKeys = undefined;
  await expect(renewRecoveryKey(client, { holder })).rejects.toMatchObject({ code: 'ERR_MATRIX_CROSS_SIGNING' });
});

test('a reset makes another identity, needs the password, and its recovery key works', async () => {
  const { account, recoveryKey } = await accountWithIdentity();
  const before = account.identity;
  const { client, holder } = device(account, 'SECOND');
  const wrong = withPassword('@alice:localhost', new BearerSecret('wrong', 'password'));
  await expect(resetCrossSigning(client, { holder })).rejects.toMatchObject({ code: 'ERR_AUTH_INVALID' });
  await expect(resetCrossSigning(client, { holder, authorise: wrong })).rejects.toMatchObject({
    code: 'ERR_AUTH_INVALID',
  });
  expect(account.identity).toBe(before);
  const authorise = withPassword('@alice:localhost', new BearerSecret('password', 'password'));
  const made = await resetCrossSigning(client, { holder, authorise });
  expect(account.identity).not.toBe(before);
  expect([...account.signedDevices]).toEqual(['SECOND']);
  const third = device(account, 'THIRD');
  await expect(ensureCrossSigning(third.client, { holder: third.holder, recoveryKey })).rejects.toMatchObject({
    code: 'ERR_MATRIX_RECOVERY_KEY',
  });
  await expect(ensureCrossSigning(third.client, { holder: third.holder, recoveryKey: made })).resolves.toMatchObject({
    state: 'ready',
  });
});

test('what a store says is not believed: nothing is done before the homeserver has been heard', async () => {
  const { account, client, holder } = device();
  client.syncState = 'PREPARED';
  const outcome = ensureCrossSigning(client, { holder });
  await new FakeClock().settle();
  expect(account.steps).toEqual([]);
  client.hear();
  await expect(outcome).resolves.toMatchObject({ state: 'ready' });
});

test('a first sync from before the recovery key was made gives nobody another one', async () => {
  const { account, client, holder } = device();
  const recoveryKey = newKeyOf(await ensureCrossSigning(client, { holder }));
  const clock = new FakeClock();
  client.staleSyncs = 3;
  expect(await inTime(clock, ensureCrossSigning(client, { holder, recoveryKey, clock }))).toMatchObject({
    state: 'ready',
    newRecoveryKey: undefined,
  });
  expect(account.storage?.key).toBe(recoveryKey.expose());
  // The twin, which believes the sync: the key that was kept opens nothing any more.
  client.http.authedRequest = () => Promise.reject(new FakeMatrixError(404, 'M_NOT_FOUND'));
  const made = newKeyOf(await ensureCrossSigning(client, { holder, recoveryKey }));
  expect(account.storage?.key).toBe(made.expose());
  expect(made.expose()).not.toBe(recoveryKey.expose());
});

test('a device that never comes to know the recovery key makes no other, and is not waited for without end', async () => {
  const { account, client, holder } = device();
  const recoveryKey = newKeyOf(await ensureCrossSigning(client, { holder }));
  const { storage } = account;
  const clock = new FakeClock();
  client.staleSyncs = 10_000;
  expect(await inTime(clock, ensureCrossSigning(client, { holder, recoveryKey, clock }))).toMatchObject({
    state: 'ready',
    newRecoveryKey: undefined,
  });
  const second = device(account, 'SECOND');
  second.client.staleSyncs = 10_000;
  const outcome = ensureCrossSigning(second.client, { holder: second.holder, recoveryKey, clock });
  expect(await inTime(clock, outcome)).toEqual({ code: 'ERR_UPSTREAM_HOMESERVER' });
  expect(account.storage).toBe(storage);
});

test('a homeserver that never answers is given up in bounded time, and a caller may give up sooner', async () => {
  const { client, holder } = device();
  const clock = new FakeClock();
  client.crypto.userHasCrossSigningKeys = () => new Promise(() => undefined);
  const tooLate = expect(ensureCrossSigning(client, { holder, clock })).rejects.toMatchObject({
    code: 'ERR_UPSTREAM_HOMESERVER',
  });
  await clock.advance(60_000);
  await tooLate;
  expect(clock.pendingTimers).toBe(0);
  const reason = new Error('signed out');
  const signal = AbortSignal.abort(reason);
  await expect(ensureCrossSigning(client, { holder, clock, signal })).rejects.toBe(reason);
});

test('the holder gives the key away during the work only, and wipes it', async () => {
  const holder = new RecoveryKeyHolder();
  const key = new Uint8Array(32).fill(7);
  const ask = () => holder.cryptoCallbacks.getSecretStorageKey({ keys: { one: {} } });
  await holder.during(async (hold) => {
    hold('one', key);
    expect(await ask()).toEqual(['one', key]);
    expect(await holder.cryptoCallbacks.getSecretStorageKey({ keys: { two: {} } })).toBeNull();
  });
  expect(await ask()).toBeNull();
  expect(key).toEqual(new Uint8Array(32));
  holder.cryptoCallbacks.cacheSecretStorageKey('one', {}, new Uint8Array(32).fill(7));
  expect(await ask()).toBeNull();
});
