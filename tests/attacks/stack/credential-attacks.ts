import { createCallId } from '@oracle-calls/protocol';
import { refused, succeeded, type Attack } from '../attack.ts';
import type { StackAttackScene } from './stack-attack-scene.ts';

/** Who asks the backend for what is somebody else's. */
export const credentialAttacks: readonly Attack<StackAttackScene>[] = [
  {
    name: 'attack: stolen API key of another oracle',
    refusedBy: 'ERR_AUTH_FORBIDDEN',
    twin: {
      without: 'API keys that are good for one oracle only',
      parts: ['backend'],
      patches: [
        {
          file: 'packages/backend/src/agent-desk/agent-desk.ts',
          find: "if (call.oracleDid !== agent.oracleDid) throw new OracleCallError('ERR_AUTH_FORBIDDEN');",
          replace: '',
        },
      ],
    },
    async run(scene) {
      const alice = await scene.person('alice');
      const { callId, content } = await alice.placeCall(await alice.roomWith());
      const answer = await scene.ask('POST', `/calls/${callId}/key`, scene.otherOracleAuthorization);
      return answer.body['encryptionKey'] === content.encryptionKey
        ? succeeded('the agent of another oracle was given the envelope')
        : refused(answer.code ?? 'nothing', `the key request was answered ${answer.status}`);
    },
  },
  {
    name: 'attack: callId of a foreign room',
    refusedBy: 'ERR_CALL_NOT_FOUND',
    twin: {
      without: 'a call id that is looked up as a whole',
      parts: ['backend'],
      patches: [
        {
          file: 'packages/backend/src/calls/call-service.ts',
          find: "if (call.callId !== callId) throw new OracleCallError('ERR_CALL_NOT_FOUND');",
          replace: '',
        },
      ],
    },
    async run(scene) {
      const [alice, bob] = await Promise.all([scene.person('alice'), scene.person('bob')]);
      const [hers, his] = [await alice.placeCall(await alice.roomWith()), await bob.placeCall(await bob.roomWith())];
      // Bob's own event, said to be a call in Alice's room: whoever believes it speaks there under a key that Bob knows.
      const forged = createCallId(his.eventId, hers.content.roomId);
      const answer = await scene.ask('POST', `/calls/${forged}/key`, await scene.agentAuthorization());
      return answer.body['encryptionKey'] === his.content.encryptionKey
        ? succeeded('the agent was given the envelope of Bob for the room of Alice')
        : refused(answer.code ?? 'nothing', `the key request was answered ${answer.status}`);
    },
  },
];
