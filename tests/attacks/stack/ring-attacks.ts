import { parseMatrixEventId, parseWith, type MatrixEventId } from '@oracle-calls/protocol';
import { ringRecordSchema, type RingRecord } from '@oracle-calls/protocol/http';
import type { MatrixRoomId } from '@oracle-calls/matrix';
import { refused, succeeded, type Attack, type Outcome } from '../attack.ts';
import type { PlacedCall } from './matrix-attacker.ts';
import type { StackAttackScene } from './stack-attack-scene.ts';

const STORE = 'packages/backend/src/store/ring-store.ts';

/** Who answers a ring that is not theirs to answer. Both calls are in order but for the ring that they name. */
export const ringAttacks: readonly Attack<StackAttackScene>[] = [
  {
    name: 'attack: call that answers another person’s ring',
    refusedBy: 'ERR_RING_OVER',
    twin: {
      without: 'rings that are accepted by the person whom they ring only',
      parts: ['backend'],
      patches: [{ file: STORE, find: ".where('matrix_user_id', '=', matrixUserId)", replace: '' }],
    },
    async run(scene) {
      const [bob, ring] = [await scene.person('bob'), await ringAlice(scene)];
      try {
        // Its id is no secret: the homeserver knows it.
        return await answerRing(scene, ring, await bob.placeCall(await bob.roomWith(), idOf(ring)));
      } finally {
        await takeBack(scene, ring);
      }
    },
  },
  {
    name: 'attack: call that answers a ring that is over',
    refusedBy: 'ERR_RING_OVER',
    twin: {
      without: 'rings that are accepted while they ring only',
      parts: ['backend'],
      patches: [
        {
          file: STORE,
          find: ".where('ring_status', '=', 'ringing')\n    .where('over_at', '>', now)",
          replace: '',
        },
      ],
    },
    async run(scene) {
      const [alice, ring] = [await scene.person('alice'), await ringAlice(scene)];
      await takeBack(scene, ring);
      return await answerRing(scene, ring, await alice.placeCall(await alice.roomWith(), idOf(ring)));
    },
  },
];

const idOf = ({ ringId }: RingRecord): MatrixEventId => parseMatrixEventId(ringId);

/** The oracle rings Alice, who has called it. */
async function ringAlice(scene: StackAttackScene): Promise<RingRecord> {
  const alice = await scene.person('alice');
  const room: MatrixRoomId = await alice.roomWith();
  const { callId } = await alice.placeCall(room);
  await scene.log.untilSaid('that the call was accepted', (said) => said['callId'] === callId);
  const authorization = await scene.personAuthorization('alice');
  await scene.ask('POST', `/calls/${callId}/update`, authorization, { callStatus: 'ended', endReason: 'hangup' });
  const { body } = await scene.ask('POST', '/rings', await scene.agentAuthorization(), {
    userId: alice.account.userId,
    callType: 'audio',
    lifetimeMs: 120_000,
  });
  return parseWith(ringRecordSchema, body);
}

/** Takes a ring back; one that is over stays as it is. */
async function takeBack(scene: StackAttackScene, { ringId }: RingRecord): Promise<void> {
  await scene.ask('DELETE', `/rings/${ringId}`, await scene.agentAuthorization());
}

/** What became of a call that names the ring. */
async function answerRing(scene: StackAttackScene, { ringId }: RingRecord, call: PlacedCall): Promise<Outcome> {
  const said = await scene.log.untilSaid(
    'what became of the call',
    ({ msg, callId, eventId }) =>
      (msg === 'call accepted' && callId === call.callId) || (msg === 'call event refused' && eventId === call.eventId),
  );
  if (said['msg'] === 'call event refused') {
    return refused(String(said['code']), 'the call was refused, and the ring is nobody’s');
  }
  const { body } = await scene.ask('GET', `/rings/${ringId}`, await scene.agentAuthorization());
  return parseWith(ringRecordSchema, body).callId === call.callId
    ? succeeded('the oracle’s side took the call for the answer to the ring')
    : refused('nothing', 'the call was taken, and the ring is nobody’s');
}
