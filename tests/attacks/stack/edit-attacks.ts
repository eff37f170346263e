import type { CallEventContent } from '@oracle-calls/protocol';
import { parseWith, didSchema } from '@oracle-calls/protocol';
import { refused, succeeded, type Attack } from '../attack.ts';
import type { StackAttackScene } from './stack-attack-scene.ts';

const falseDid = parseWith(didSchema, 'did:ixo:somebody-else');
const forgeries: readonly (readonly [string, Partial<CallEventContent>])[] = [
  ['key', { encryptionKey: '04'.repeat(100) }],
  ['DIDs', { userDid: falseDid, oracleDid: falseDid }],
  ['status', { callStatus: 'ended', endReason: 'hangup' }],
];

/** Who changes what somebody else has said. */
export const editAttacks: readonly Attack<StackAttackScene>[] = [
  {
    name: 'attack: forged m.replace of key, DIDs, status',
    refusedBy: 'ERR_AUTH_FORBIDDEN',
    twin: {
      without: 'edits by their own sender only',
      parts: ['backend'],
      patches: [
        {
          file: 'packages/backend/src/matrix-listener/edit-intake.ts',
          find: "if (sender.userId !== call.matrixUserId) throw new OracleCallError('ERR_AUTH_FORBIDDEN');",
          replace: '',
        },
      ],
    },
    async run(scene) {
      const [alice, bob] = await Promise.all([scene.person('alice'), scene.person('bob')]);
      const call = await alice.placeCall(await alice.roomWith(bob));
      await scene.log.untilSaid('that the call was accepted', (said) => isOf(said, 'call accepted', call.callId));
      for (const [, forgery] of forgeries) {
        const editId = await bob.edit(call, forgery);
        const said = await scene.log.untilSaid(
          'what became of the edit',
          (fact) => fact['editId'] === editId || isOf(fact, 'call ended', call.callId),
        );
        if (said['msg'] === 'call ended') return succeeded('Bob ended the call of Alice by an edit');
      }
      return refused('ERR_AUTH_FORBIDDEN', 'Bob’s edits were ignored, and the call goes on');
    },
  },
];

const isOf = (said: Readonly<Record<string, unknown>>, msg: string, callId: string): boolean =>
  said['msg'] === msg && said['callId'] === callId;
