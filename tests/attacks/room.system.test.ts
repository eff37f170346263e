import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose } from '@livekit/rtc-node';
import { createCallId, parseMatrixEventId, parseWith, didSchema } from '@oracle-calls/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLiveKit, type LiveKit } from '../../dev/livekit/livekit.ts';
import { until } from '../system/agent/until.ts';
import { joinAsOracle, joinAsUser } from './room/call-ends.ts';
import { createOracleParts } from './room/oracle-keys.ts';
import { RoomParticipant } from './room/room-participant.ts';
import { createUserCall } from './room/user-call.ts';

let stateDir: string;
let livekit: LiveKit;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-room-'));
  livekit = await startLiveKit({ stateDir });
});

afterAll(async () => {
  await livekit?.close();
  await rm(stateDir, { recursive: true, force: true });
  await dispose();
});

/** What attacks pretend to be works: else a refusal would only show that the attacker is clumsy. */
test('the ends that attackers play shake hands, hear each other and nobody else does', async () => {
  const names = { matrixUserId: '@oracle:localhost', backendUrl: 'http://127.0.0.1:1' };
  const oracle = createOracleParts({ did: parseWith(didSchema, 'did:ixo:oracle'), ...names });
  const call = await createUserCall({ oracle });
  const { sfuRoomName } = call.facts;
  const callId = createCallId(parseMatrixEventId('$event'), sfuRoomName);
  await using spy = await RoomParticipant.join({ ...livekit, sfuRoomName, identity: 'spy', isEncrypted: false });
  await using user = await joinAsUser({ ...livekit, sfuRoomName, identity: 'u-1', toneHz: 500 }, callId, call, oracle);
  const { identitySigner } = oracle.keys;
  const seat = { ...livekit, sfuRoomName, identity: 'a-1', toneHz: 900 };
  await using agent = await joinAsOracle({ seat, callId, call, identitySigner });
  await agent.link.begin({ attempt: 1, userIdentity: 'u-1', agentIdentity: 'a-1' });
  await until(() => user.told.attempt !== undefined && agent.told.isPeerReady, 'the handshake');
  await until(() => user.participant.heardTone('a-1', 900) > 0.7, 'the user hears the oracle');
  await until(() => agent.participant.heardTone('u-1', 500) > 0.7, 'the oracle hears the user');
  expect(spy.heardTone('a-1', 900)).toBeLessThan(0.2);
  expect(spy.heardTone('u-1', 500)).toBeLessThan(0.2);
  await agent.link.rekey();
  await until(() => user.told.epoch === 2 && agent.told.epoch === 2, 'the rekey');
  await until(() => user.participant.heardTone('a-1', 900) > 0.7, 'the user hears the oracle after a rekey');
  expect([user.told.failure, user.told.refusals, agent.told.refusals]).toEqual([undefined, [], []]);
});
