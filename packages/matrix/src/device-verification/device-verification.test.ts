import { FakeClock } from '@oracle-calls/testing/clock';
import { encodeRecoveryKey } from 'matrix-js-sdk/lib/crypto-api/recovery-key.js';
import { expect, test } from 'vitest';
import { ensureCrossSigning } from '../cross-signing/ensure-cross-signing.ts';
import { VERIFICATION_LIMIT_MS } from './device-verification.ts';
import { FakeRequest, verifyingDevice } from './fake-verification.fixture.ts';
import { RECEIVE_LIMIT_MS } from './receive-secrets.ts';
import { observeDeviceVerifications, requestDeviceVerification } from './request-verification.ts';

/** An account with a signed device, and a new one of it that asks. */
async function asking() {
  const first = verifyingDevice(encodeRecoveryKey);
  await ensureCrossSigning(first.device, { holder: first.holder });
  const second = verifyingDevice(encodeRecoveryKey, first.account, 'SECOND');
  const clock = new FakeClock();
  const verification = await requestDeviceVerification(second.client, { clock });
  return { ...second, first, clock, verification };
}

/** A signed device that is asked. */
async function asked() {
  const signed = verifyingDevice(encodeRecoveryKey);
  await ensureCrossSigning(signed.device, { holder: signed.holder });
  const clock = new FakeClock();
  const request = new FakeRequest(false);
  signed.waiting.push(request);
  const told: ReturnType<typeof requestDeviceVerification> extends Promise<infer V> ? V[] : never = [];
  const observing = observeDeviceVerifications(signed.client, (one) => told.push(one), { clock });
  const [verification] = told;
  if (verification === undefined) throw new Error('nothing was told');
  return { ...signed, request, clock, verification, told, observing };
}

/** As when the signed device has sent what it has. */
function secretsArrive({ device, account, first }: Awaited<ReturnType<typeof asking>>): void {
  account.signedDevices.add('SECOND');
  device.privateKeys = account.identity;
  device.backupKey = first.device.backupKey;
}

test('the new device starts once it is accepted, shows the pictures, and is verified with all secrets', async () => {
  const scene = await asking();
  const { request, verification, clock, device, account, emit, listenerCount } = scene;
  const kinds: string[] = [];
  verification.observe(({ kind }) => kinds.push(kind));
  request.come(3);
  expect(request.done).toEqual(['start m.sas.v1', 'verify']);
  request.verifier?.show();
  expect(verification.state).toEqual({
    kind: 'Comparing',
    emoji: [
      { symbol: '🐶', name: 'Dog' },
      { symbol: '🔑', name: 'Key' },
    ],
  });
  verification.confirm();
  verification.confirm();
  expect(request.done.filter((what) => what === 'confirm')).toHaveLength(1);
  request.come(6);
  expect(verification.state.kind).toBe('Receiving');
  await clock.settle();
  secretsArrive(scene);
  emit('sync');
  await expect(verification.whenOver()).resolves.toEqual({
    kind: 'Verified',
    received: { hasPrivateKeys: true, backup: 'on' },
  });
  expect(kinds).toEqual(['Agreeing', 'Comparing', 'Confirming', 'Receiving', 'Verified']);
  expect(device.restoredFrom).toEqual([account.backup?.keyPair]);
  expect([request.listenerCount, listenerCount(), clock.pendingTimers]).toEqual([0, 0, 0]);
});

test('secrets that do not come are not waited for without end, and it is said that they are missing', async () => {
  const scene = await asking();
  const { request, verification, clock, account } = scene;
  request.come(3);
  request.verifier?.show();
  verification.confirm();
  request.come(6);
  account.signedDevices.add('SECOND');
  await clock.advance(RECEIVE_LIMIT_MS);
  await expect(verification.whenOver()).resolves.toEqual({
    kind: 'Verified',
    received: { hasPrivateKeys: false, backup: 'on' },
  });
});

test('a new device that nobody has signed is not verified, whatever the protocol came to', async () => {
  const { request, verification, clock } = await asking();
  request.come(3);
  request.verifier?.show();
  verification.confirm();
  request.come(6);
  await clock.advance(RECEIVE_LIMIT_MS);
  await expect(verification.whenOver()).resolves.toEqual({ kind: 'Ended', reason: 'failed' });
});

test('the asked device does nothing until its person has said yes', async () => {
  const { request, verification } = await asked();
  expect(verification.state).toEqual({ kind: 'Asked', deviceId: 'OTHER' });
  request.begin();
  request.verifier?.show();
  expect(request.done).toEqual([]);
  expect(verification.state.kind).toBe('Asked');
});

test('the asked device agrees to what the new one starts, and is done when both said the same', async () => {
  const { request, verification, clock, listenerCount, observing } = await asked();
  verification.accept();
  verification.accept();
  request.come(3);
  request.begin();
  request.verifier?.show();
  verification.confirm();
  expect(request.done).toEqual(['accept', 'verify', 'confirm']);
  request.come(6);
  await expect(verification.whenOver()).resolves.toEqual({ kind: 'Verified', received: undefined });
  observing[Symbol.dispose]();
  expect([request.listenerCount, listenerCount(), clock.pendingTimers]).toEqual([0, 0, 0]);
});

test('pictures that differ are told to the SDK, and the verification ends', async () => {
  const { request, verification } = await asked();
  verification.mismatch();
  expect(verification.state.kind).toBe('Asked');
  verification.accept();
  request.begin();
  request.verifier?.show();
  verification.mismatch();
  expect(request.done).toContain('mismatch');
  expect(verification.state).toEqual({ kind: 'Ended', reason: 'mismatch' });
  // Too late to change one's mind.
  verification.confirm();
  expect(request.done).not.toContain('confirm');
});

test.each([
  ['m.user', 'declined'],
  ['m.timeout', 'timeout'],
  ['m.accepted', 'accepted-elsewhere'],
  ['m.mismatched_sas', 'mismatch'],
  ['m.mismatched_commitment', 'mismatch'],
  ['m.key_mismatch', 'mismatch'],
  ['m.unknown_method', 'failed'],
] as const)('the other end cancels with %s: %s', async (code, reason) => {
  const { request, verification } = await asking();
  request.come(5, code);
  await expect(verification.whenOver()).resolves.toEqual({ kind: 'Ended', reason });
  expect(request.done).toEqual([]);
});

test('a verification that nobody answers ends by itself, and one that is disposed is withdrawn', async () => {
  const { request, verification, clock } = await asking();
  await clock.advance(VERIFICATION_LIMIT_MS);
  await expect(verification.whenOver()).resolves.toEqual({ kind: 'Ended', reason: 'timeout' });
  expect(request.done).toEqual(['cancel']);
  const other = await asking();
  other.verification[Symbol.dispose]();
  expect(other.verification.state).toEqual({ kind: 'Ended', reason: 'cancelled' });
  expect(other.clock.pendingTimers).toBe(0);
});

test('what fails on the way ends it', async () => {
  const { request, verification } = await asked();
  request.isBroken = true;
  verification.accept();
  await expect(verification.whenOver()).resolves.toEqual({ kind: 'Ended', reason: 'failed' });
});

test('only requests of the own account by other devices are told, new ones and those that wait', async () => {
  const { emit, told, observing } = await asked();
  const [own, between, over] = [new FakeRequest(true), new FakeRequest(false), new FakeRequest(false)];
  between.isSelfVerification = false;
  over.phase = 5;
  for (const request of [own, between, over]) emit('crypto.verificationRequestReceived', request);
  expect(told).toHaveLength(1);
  emit('crypto.verificationRequestReceived', new FakeRequest(false));
  expect(told).toHaveLength(2);
  observing[Symbol.dispose]();
  emit('crypto.verificationRequestReceived', new FakeRequest(false));
  expect(told).toHaveLength(2);
});

test('a device that is signed, and an account without identity, have nothing to ask', async () => {
  const { first } = await asking();
  const refused = { code: 'ERR_MATRIX_CROSS_SIGNING', details: { side: 'self' } };
  await expect(requestDeviceVerification(first.client)).rejects.toMatchObject(refused);
  await expect(requestDeviceVerification(verifyingDevice(encodeRecoveryKey).client)).rejects.toMatchObject(refused);
});
