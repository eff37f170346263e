import { crossSigningState, waitForKeyUpload } from '@oracle-calls/matrix/cross-signing';
import {
  observeDeviceVerifications,
  requestDeviceVerification,
  type DeviceVerification,
  type DeviceVerificationState,
} from '@oracle-calls/matrix/device-verification';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  CALL_TYPE,
  Collected,
  joinWhenInvited,
  MatrixScene,
  newTransaction,
  until,
  type Person,
} from './matrix/matrix-scene.ts';

let scene: MatrixScene;

beforeAll(async () => {
  scene = await MatrixScene.open();
}, 120_000);

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

const inState = <K extends DeviceVerificationState['kind']>(verification: DeviceVerification, kind: K) =>
  until(
    () =>
      verification.state.kind === kind ? (verification.state as DeviceVerificationState & { kind: K }) : undefined,
    `${kind} after ${verification.state.kind}`,
  );

/** A signed device of an account, and a new one that asks it. */
async function askedDevice(person: Person) {
  const signed = await scene.openApp(person);
  const fresh = await scene.openApp(person, { isSigned: false });
  await until(() => fresh.client.isInitialSyncComplete() || undefined, 'the first sync');
  const heard: DeviceVerification[] = [];
  const observing = observeDeviceVerifications(signed.client, (one) => heard.push(one));
  const asking = await requestDeviceVerification(fresh.client);
  expect(asking.state.kind).toBe('Waiting');
  const asked = await until(() => heard[0], 'the request');
  const close = async (): Promise<void> => {
    observing[Symbol.dispose]();
    await signed[Symbol.asyncDispose]();
    await fresh[Symbol.asyncDispose]();
  };
  return { signed, fresh, asking, asked, [Symbol.asyncDispose]: close };
}

it('a new device is verified by emoji, can call, and reads what was written before', async () => {
  const [alice, oracle] = [await scene.person('alice'), await scene.person('oracle')];
  await using account = await scene.openAccount(oracle);
  using _joining = joinWhenInvited(account);
  using seen = new Collected(account);
  await using writer = await scene.openApp(alice);
  const room = await writer.port.findOrCreateRoom(oracle.userId);
  const rootId = await writer.port.sendEvent(room, CALL_TYPE, { n: 1 }, newTransaction(oracle));
  await expect(waitForKeyUpload(writer.client)).resolves.toEqual({ state: 'uploaded' });
  await using scenery = await askedDevice(alice);
  const { fresh, asking, asked } = scenery;
  expect(asked.state).toEqual({ kind: 'Asked', deviceId: fresh.client.getDeviceId() });
  asked.accept();
  const [mine, theirs] = await Promise.all([inState(asking, 'Comparing'), inState(asked, 'Comparing')]);
  expect(mine.emoji).toHaveLength(7);
  expect(mine.emoji).toEqual(theirs.emoji);
  asking.confirm();
  await inState(asking, 'Confirming');
  asked.confirm();
  await expect(asked.whenOver()).resolves.toEqual({ kind: 'Verified', received: undefined });
  await expect(asking.whenOver()).resolves.toEqual({
    kind: 'Verified',
    received: { hasPrivateKeys: true, backup: 'on' },
  });
  await expect(crossSigningState(fresh.client)).resolves.toBe('ready');
  const records = await fresh.port.ownRecords();
  await expect(records.fetch(oracle.userId, rootId)).resolves.toMatchObject([{ content: { n: 1 } }]);
  expect(await records.deriveKey('one')).toBeDefined();
  // Sending needs a signed device.
  await until(() => fresh.client.getRoom(room)?.getMyMembership(), 'the room');
  const eventId = await fresh.port.sendEvent(room, CALL_TYPE, { n: 2 }, newTransaction(oracle));
  await expect(seen.until(eventId)).resolves.toMatchObject({ content: { n: 2 } });
}, 180_000);

it('pictures that differ end it on both devices, and the new one stays unsigned', async () => {
  const alice = await scene.person('alice');
  await using scenery = await askedDevice(alice);
  const { fresh, asking, asked } = scenery;
  asked.accept();
  await Promise.all([inState(asking, 'Comparing'), inState(asked, 'Comparing')]);
  asked.mismatch();
  await expect(asked.whenOver()).resolves.toEqual({ kind: 'Ended', reason: 'mismatch' });
  await expect(asking.whenOver()).resolves.toEqual({ kind: 'Ended', reason: 'mismatch' });
  await expect(crossSigningState(fresh.client)).resolves.toBe('own-device-unsigned');
}, 120_000);

it('a request that is declined or withdrawn ends on both devices', async () => {
  const alice = await scene.person('alice');
  await using declined = await askedDevice(alice);
  declined.asked.cancel();
  await expect(declined.asked.whenOver()).resolves.toEqual({ kind: 'Ended', reason: 'cancelled' });
  await expect(declined.asking.whenOver()).resolves.toEqual({ kind: 'Ended', reason: 'declined' });
  await using withdrawn = await askedDevice(alice);
  withdrawn.asking.cancel();
  await expect(withdrawn.asked.whenOver()).resolves.toEqual({ kind: 'Ended', reason: 'declined' });
  await expect(requestDeviceVerification(withdrawn.signed.client)).rejects.toMatchObject({
    code: 'ERR_MATRIX_CROSS_SIGNING',
  });
}, 180_000);
