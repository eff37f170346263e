/** From a Matrix ID to a DID at a real homeserver: Synapse has the profile fields of Matrix 1.16. */
import { ORACLE_DID_PROFILE_FIELD } from '@oracle-calls/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MatrixScene } from './matrix/matrix-scene.ts';

let scene: MatrixScene;
beforeAll(async () => void (scene = await MatrixScene.open()));
afterAll(() => scene[Symbol.asyncDispose]());

test("what an oracle's account publishes is read by somebody who shares no room with it, and nothing else is there", async () => {
  const oracle = await scene.person('oracle');
  await using account = await scene.openAccount(oracle);
  await using alice = await scene.openApp(await scene.person('alice'));
  expect(await alice.port.readProfileField(oracle.userId, ORACLE_DID_PROFILE_FIELD)).toBeUndefined();
  await account.setProfileField(ORACLE_DID_PROFILE_FIELD, 'did:ixo:one');
  expect(await alice.port.readProfileField(oracle.userId, ORACLE_DID_PROFILE_FIELD)).toBe('did:ixo:one');
  await account.setProfileField(ORACLE_DID_PROFILE_FIELD, 'did:ixo:two');
  expect(await alice.port.readProfileField(oracle.userId, ORACLE_DID_PROFILE_FIELD)).toBe('did:ixo:two');
  expect(await alice.port.readProfileField(alice.person.userId, ORACLE_DID_PROFILE_FIELD)).toBeUndefined();
});
