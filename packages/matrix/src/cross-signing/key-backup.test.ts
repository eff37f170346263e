import { BearerSecret } from '@oracle-calls/protocol';
import { encodeRecoveryKey } from 'matrix-js-sdk/lib/crypto-api/recovery-key.js';
import { expect, test } from 'vitest';
import {
  ensureCrossSigning,
  keyBackupState,
  renewRecoveryKey,
  resetCrossSigning,
  type EnsureOptions,
} from './ensure-cross-signing.ts';
import { FakeAccount, FakeDevice } from './fake-account.fixture.ts';
import { RecoveryKeyHolder } from './recovery-key-holder.ts';
import { withPassword } from './upload-authorisation.ts';

function device(account = new FakeAccount(), deviceId?: string) {
  const holder = new RecoveryKeyHolder();
  const client = new FakeDevice(account, holder, encodeRecoveryKey, deviceId);
  const ensure = (options: Partial<EnsureOptions> = {}) => ensureCrossSigning(client, { holder, ...options });
  return { account, client, holder, ensure };
}

/** An account with an identity; its backup as asked. */
async function accountWith(isBackupOff: boolean) {
  const first = device();
  const outcome = await first.ensure({ isBackupOff });
  if (outcome.state !== 'ready' || outcome.newRecoveryKey === undefined) throw new Error('no new key');
  return { ...first, recoveryKey: outcome.newRecoveryKey };
}

/** What a homeserver offers instead of the account's backup: its own key pair, signed by nobody of the account. */
const ROGUE = { version: 99, keyPair: 666, signedBy: undefined };

test('a new account gets a backup with its recovery key, and a new device restores from it', async () => {
  const { account, client, recoveryKey } = await accountWith(false);
  expect(account.backup).toMatchObject({ signedBy: account.identity });
  expect(client.uploadsTo).toBe(account.backup?.keyPair);
  const second = device(account, 'SECOND');
  await expect(second.ensure({ recoveryKey })).resolves.toEqual({
    state: 'ready',
    newRecoveryKey: undefined,
    backup: 'on',
  });
  expect(second.client.restoredFrom).toEqual([account.backup?.keyPair]);
  expect(second.client.uploadsTo).toBe(account.backup?.keyPair);
});

test('an account from before gets a backup as soon as the recovery key is there, and not without it', async () => {
  const { account, client, ensure, recoveryKey } = await accountWith(true);
  expect(account.backup).toBeUndefined();
  await expect(ensure()).resolves.toMatchObject({ state: 'ready', backup: 'recovery-key-needed' });
  await expect(keyBackupState(client)).resolves.toBe('recovery-key-needed');
  expect(account.backup).toBeUndefined();
  await expect(ensure({ recoveryKey })).resolves.toMatchObject({ backup: 'on' });
  expect(account.storage?.backupKey).toBe(account.backup?.keyPair);
  await expect(keyBackupState(client)).resolves.toBe('on');
});

test('a wrong recovery key is refused on a signed device too', async () => {
  const { ensure } = await accountWith(true);
  const other = await accountWith(true);
  await expect(ensure({ recoveryKey: other.recoveryKey })).rejects.toMatchObject({ code: 'ERR_MATRIX_RECOVERY_KEY' });
});

test("a homeserver's own backup gets nothing, and is replaced once the recovery key is there", async () => {
  const { account, client, ensure, recoveryKey } = await accountWith(true);
  account.backup = ROGUE;
  await expect(ensure()).resolves.toMatchObject({ backup: 'recovery-key-needed' });
  expect(client.uploadsTo).toBeUndefined();
  await expect(ensure({ recoveryKey })).resolves.toMatchObject({ backup: 'on' });
  expect(account.backup?.keyPair).not.toBe(ROGUE.keyPair);
  expect(client.uploadsTo).toBe(account.backup?.keyPair);
});

test("twin: where a signature is believed that is not the account's, the homeserver's backup gets the keys", async () => {
  const { account, client, ensure } = await accountWith(true);
  account.backup = { ...ROGUE, signedBy: account.identity };
  await expect(ensure()).resolves.toMatchObject({ backup: 'on' });
  expect(client.uploadsTo).toBe(ROGUE.keyPair);
});

test('a backup put in place of the own one gets nothing, though the old private key is at hand', async () => {
  const { account, client, ensure } = await accountWith(false);
  account.backup = ROGUE;
  await expect(ensure()).resolves.toMatchObject({ backup: 'recovery-key-needed' });
  expect(client.uploadsTo).toBeUndefined();
});

test("another app's backup, signed by the account, is used and left alone", async () => {
  const { account, client, ensure, recoveryKey } = await accountWith(true);
  account.backup = { version: 7, keyPair: 7, signedBy: account.identity };
  await expect(ensure({ recoveryKey })).resolves.toMatchObject({ backup: 'other-key' });
  expect(account.backup.keyPair).toBe(7);
  expect(client.uploadsTo).toBe(7);
});

test('a private key that only this device has is put under the recovery key', async () => {
  const { account, client, ensure, recoveryKey } = await accountWith(true);
  account.backup = { version: 7, keyPair: 7, signedBy: account.identity };
  client.backupKey = 7;
  await expect(ensure({ recoveryKey })).resolves.toMatchObject({ backup: 'on' });
  expect(account.storage?.backupKey).toBe(7);
});

test('no answer about the backup is not taken for none: nothing is deleted, and the device works', async () => {
  const { account, client, ensure, recoveryKey } = await accountWith(false);
  const { backup } = account;
  client.isBackupUnanswered = true;
  await expect(ensure({ recoveryKey })).resolves.toMatchObject({ state: 'ready', backup: 'failed' });
  await expect(ensure()).resolves.toMatchObject({ backup: 'failed' });
  expect(account.backup).toBe(backup);
});

test('a renewed recovery key opens the backup as the old one did', async () => {
  const { account, client, holder } = await accountWith(false);
  const { backup } = account;
  const renewed = await renewRecoveryKey(client, { holder });
  const second = device(account, 'SECOND');
  await expect(second.ensure({ recoveryKey: renewed })).resolves.toMatchObject({ backup: 'on' });
  expect(second.client.restoredFrom).toEqual([backup?.keyPair]);
});

test('a reset makes another backup: what the old identity signed is trusted no more', async () => {
  const { account, client } = await accountWith(false);
  const before = account.backup;
  const second = device(account, 'SECOND');
  const authorise = withPassword('@alice:localhost', new BearerSecret('password', 'password'));
  const recoveryKey = await resetCrossSigning(second.client, { holder: second.holder, authorise });
  expect(account.backup?.keyPair).not.toBe(before?.keyPair);
  expect(second.client.uploadsTo).toBe(account.backup?.keyPair);
  client.backupKey = undefined;
  await expect(keyBackupState(client)).resolves.toBe('recovery-key-needed');
  const third = device(account, 'THIRD');
  await expect(third.ensure({ recoveryKey })).resolves.toMatchObject({ backup: 'on' });
});
