import { randomUUID } from 'node:crypto';
import type { MatrixPort, OwnEvent } from '@oracle-calls/matrix';
import { ensureCrossSigning, keyBackupState, waitForKeyUpload } from '@oracle-calls/matrix/cross-signing';
import { codeOf, type MatrixEventId } from '@oracle-calls/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  CALL_TYPE,
  Collected,
  joinWhenInvited,
  MatrixScene,
  newTransaction,
  until,
  type App,
  type Person,
} from './matrix/matrix-scene.ts';

let scene: MatrixScene;

beforeAll(async () => {
  scene = await MatrixScene.open();
}, 120_000);

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

const NOTE = 'm.ixo.test_note';
const LABEL = 'test key';

/** Writes an event and one that relates to it, and gives back the first one's id. */
async function write(port: MatrixPort, oracle: Person): Promise<MatrixEventId> {
  const room = await port.findOrCreateRoom(oracle.userId);
  const rootId = await port.sendEvent(room, CALL_TYPE, { n: 1 }, newTransaction(oracle));
  const relation = { rel_type: 'm.reference', event_id: rootId };
  await port.sendEvent(room, NOTE, { text: 'kept', 'm.relates_to': relation }, newTransaction(oracle));
  return rootId;
}

const readOwn = async (port: MatrixPort, oracle: Person, id: MatrixEventId): Promise<readonly OwnEvent[]> =>
  await (await port.ownRecords()).fetch(oracle.userId, id);

const firstSync = ({ client }: App): Promise<true> =>
  until(() => client.isInitialSyncComplete() || undefined, 'the first sync');

it('what an account wrote is read on a new device with the recovery key, after the first one has signed out', async () => {
  const [alice, oracle] = [await scene.person('alice'), await scene.person('oracle')];
  await using account = await scene.openAccount(oracle);
  using _joining = joinWhenInvited(account);
  const first = await scene.openApp(alice);
  const rootId = await write(first.port, oracle);
  const firstKey = await (await first.port.ownRecords()).deriveKey(LABEL);
  await expect(waitForKeyUpload(first.client)).resolves.toEqual({ state: 'uploaded' });
  await scene.signOut(first);

  await using second = await scene.openApp(alice, { isSigned: false });
  await firstSync(second);
  const locked = await readOwn(second.port, oracle, rootId);
  expect(locked.map(({ type }) => type)).toEqual([undefined, undefined]);
  await expect((await second.port.ownRecords()).deriveKey(LABEL)).resolves.toBeUndefined();
  const { client, holder } = second;
  await expect(ensureCrossSigning(client, { holder, recoveryKey: scene.recoveryKeyOf(alice) })).resolves.toMatchObject({
    state: 'ready',
    backup: 'on',
  });
  const own = await readOwn(second.port, oracle, rootId);
  expect(own.map(({ type }) => type)).toEqual([CALL_TYPE, NOTE]);
  expect(own[1]?.content).toMatchObject({ text: 'kept' });
  // Nobody vouches for events whose keys come from a backup: to everybody else they are refused.
  const room = own[0]?.matrixRoomId;
  if (room === undefined) throw new Error('no room');
  await expect(second.port.fetchEvent(room, rootId)).rejects.toMatchObject({ code: 'ERR_MATRIX_SENDER' });
  // The account's key is the same on both devices.
  const secondKey = await (await second.port.ownRecords()).deriveKey(LABEL);
  expect(secondKey?.expose()).toEqual(firstKey?.expose());
  expect((await (await second.port.ownRecords()).deriveKey('another'))?.expose()).not.toEqual(firstKey?.expose());
}, 120_000);

it('what an account wrote is redacted, and what others wrote stays', async () => {
  const [alice, oracle] = [await scene.person('alice'), await scene.person('oracle')];
  await using account = await scene.openAccount(oracle);
  using _joining = joinWhenInvited(account);
  using seen = new Collected(account);
  await using app = await scene.openApp(alice);
  const rootId = await write(app.port, oracle);
  const own = await readOwn(app.port, oracle, rootId);
  const [root] = own;
  if (root === undefined) throw new Error('no event');
  const answer = { answer: true, 'm.relates_to': { rel_type: 'm.reference', event_id: rootId } };
  // It answers what it has heard: until then it may not be in the room.
  await seen.until(rootId);
  const answerId = await account.sendEvent(root.matrixRoomId, CALL_TYPE, answer, newTransaction(alice));
  const records = await app.port.ownRecords();
  // The room's key comes by the next sync.
  await expect.poll(async () => (await readOwn(app.port, oracle, rootId)).length).toBe(2);
  for (const event of own.toReversed()) {
    const transactionId = randomUUID();
    await records.redact(event, { transactionId });
    await records.redact(event, { transactionId });
  }
  await expect(readOwn(app.port, oracle, rootId)).resolves.toEqual([]);
  // The oracle's account hears of it with its next sync.
  const read = (): Promise<string> => account.fetchEvent(root.matrixRoomId, rootId).then(() => 'there', codeOf);
  await expect.poll(read, { timeout: 20_000 }).toBe('ERR_MATRIX_EVENT_NOT_FOUND');
  await expect(app.port.fetchEvent(root.matrixRoomId, answerId)).resolves.toMatchObject({ content: { answer: true } });
}, 120_000);

it("a homeserver's own backup gets no keys, and the twin that a signature vouches for does", async () => {
  const alice = await scene.person('alice');
  await using app = await scene.openApp(alice);
  const { client, accessToken } = app;
  await expect(keyBackupState(client)).resolves.toBe('on');
  const own = await client.getCrypto()?.getKeyBackupInfo();
  if (own === null || own === undefined) throw new Error('no backup');
  // As a homeserver does that puts its own key pair in the place of the account's.
  const algorithm = 'm.megolm_backup.v1.curve25519-aes-sha2';
  const offer = (authData: object) =>
    scene.api('POST', '/room_keys/version', { body: { algorithm, auth_data: authData }, token: accessToken });
  await offer({ public_key: 'hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo', signatures: {} });
  await expect(keyBackupState(client)).resolves.toBe('recovery-key-needed');
  await expect(client.getCrypto()?.getActiveSessionBackupVersion()).resolves.toBeNull();
  await expect(waitForKeyUpload(client)).resolves.toMatchObject({ state: 'not-uploaded', cause: 'no-backup' });
  await offer(own.auth_data);
  await expect(keyBackupState(client)).resolves.toBe('on');
}, 60_000);

it('a reset makes another backup, which the new recovery key opens', async () => {
  const [alice, oracle] = [await scene.person('alice'), await scene.person('oracle')];
  await using account = await scene.openAccount(oracle);
  using _joining = joinWhenInvited(account);
  await using first = await scene.openApp(alice);
  const rootId = await write(first.port, oracle);
  await scene.replaceIdentity(first);
  await expect(keyBackupState(first.client)).resolves.toBe('on');
  await expect(waitForKeyUpload(first.client)).resolves.toEqual({ state: 'uploaded' });
  await using second = await scene.openApp(alice);
  const own = await readOwn(second.port, oracle, rootId);
  expect(own.map(({ type }) => type)).toEqual([CALL_TYPE, NOTE]);
}, 120_000);
