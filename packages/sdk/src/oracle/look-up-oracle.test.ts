import type { MatrixUserId } from '@oracle-calls/matrix';
import { ORACLE_DID_PROFILE_FIELD } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { createScene, MALLORY, ORACLE, ORACLE_DID } from '../call/call-scene.fixture.ts';
import { oracleKeysOf } from '../call/scripted-protocol.fixture.ts';

const field = (userId: string): string => `${userId} ${ORACLE_DID_PROFILE_FIELD}`;

test('an oracle is looked up by its DID: its account, its backend, and how its keys stand', async () => {
  const scene = createScene();
  const facts = { oracleDid: ORACLE_DID, matrixUserId: ORACLE, isVerified: false };
  expect(await scene.core.lookUpOracle({ oracleDid: ORACLE_DID })).toMatchObject({
    ...facts,
    keyState: 'first-contact',
  });
  // Looking keeps nothing: it is the first contact until there was a call.
  expect(await scene.core.lookUpOracle({ oracleDid: ORACLE_DID })).toMatchObject({ keyState: 'first-contact' });
  await (await scene.liveCall()).endCall();
  await scene.core.markVerified({ oracleDid: ORACLE_DID });
  expect(await scene.core.lookUpOracle({ oracleDid: ORACLE_DID })).toMatchObject({
    ...facts,
    keyState: 'same',
    isVerified: true,
  });
});

test('keys that changed are refused with what a person needs for deciding', async () => {
  const scene = createScene();
  await (await scene.liveCall()).endCall();
  scene.shown.keys = oracleKeysOf(ORACLE_DID, 'b');
  await scene.clock.advance(10 * 60_000);
  await expect(scene.core.lookUpOracle({ oracleDid: ORACLE_DID })).rejects.toMatchObject({ code: 'ERR_KEY_CHANGED' });
});

test('a Matrix id leads to the DID that its account publishes, when the document names that account', async () => {
  const scene = createScene();
  scene.matrix.profiles.set(field(ORACLE), ORACLE_DID);
  expect(await scene.core.lookUpOracle({ matrixUserId: ORACLE })).toMatchObject({ oracleDid: ORACLE_DID });
});

test('a homeserver that shows the DID of another oracle sends nobody to it', async () => {
  const scene = createScene();
  // The person asks for the oracle; its homeserver shows the DID of one that somebody else runs, whose document names their own account.
  scene.matrix.profiles.set(field(ORACLE), ORACLE_DID);
  scene.shown.matrixUserId = MALLORY;
  await expect(scene.core.lookUpOracle({ matrixUserId: ORACLE })).rejects.toMatchObject({ code: 'ERR_DID_ACCOUNT' });
  // The twin: whoever asks by the DID alone, without the check, is led to that oracle.
  expect(await scene.core.lookUpOracle({ oracleDid: ORACLE_DID })).toMatchObject({ matrixUserId: MALLORY });
});

test.each([undefined, null, '', 'not a DID', 7, {}])(
  'an account whose profile says %j is no oracle, and nothing is resolved',
  async (said) => {
    const scene = createScene();
    scene.matrix.profiles.set(field(ORACLE), said);
    await expect(scene.core.lookUpOracle({ matrixUserId: ORACLE })).rejects.toMatchObject({
      code: 'ERR_DID_UNPUBLISHED',
    });
    expect(scene.resolved).toEqual([]);
  },
);

test.each([{ oracleDid: 'oracle' }, { matrixUserId: 'oracle' as MatrixUserId }])(
  '%j is neither a DID nor a Matrix id',
  async (name) => {
    await expect(createScene().core.lookUpOracle(name)).rejects.toMatchObject({ code: 'ERR_PROTOCOL_MALFORMED' });
  },
);
