import { callIdParts, parseCallId } from '@oracle-calls/protocol';
import { until } from '../../system/agent/until.ts';
import { refused, succeeded, type Attack } from '../attack.ts';
import { seen } from '../seen.ts';
import type { StackAttackScene } from './stack-attack-scene.ts';

const REFUSED_BY = 'a padlock by own evidence only';

/** A call that is believed to be encrypted shows it within this time, in ms. */
const BELIEVED_MAX_MS = 5_000;

/** Who runs the backend says in the oracle's name that a call is on, and puts somebody in its seat. */
export const claimAttack: Attack<StackAttackScene> = {
  name: 'attack: backend claims an encrypted call',
  refusedBy: REFUSED_BY,
  twin: {
    without: 'a padlock that closes by the own handshake and the own counts only',
    parts: ['page'],
    patches: [
      {
        file: 'packages/sdk/src/security/call-security.ts',
        find: "if (!isConfirmed || !isFlowing) return 'none';",
        replace: 'void isConfirmed; void isFlowing;',
      },
    ],
  },
  async run(scene) {
    // The oracle itself never comes.
    await scene.stack.stopAgent();
    await using backend = await scene.oracleAccount();
    await using caller = await scene.caller('alice');
    await caller.clickCall();
    await until(async () => (await caller.snapshot()).callId !== undefined, 'the call event is sent', 30_000);
    const callId = parseCallId((await caller.snapshot()).callId);
    await using _impostor = await scene.joinRoom({
      sfuRoomName: callIdParts(callId).sfuRoomName,
      identity: 'a-impostor',
      kind: 'agent',
      toneHz: 440,
      isEncrypted: false,
    });
    await backend.answer(callId, { callStatus: 'active', callStartedAt: new Date().toISOString() });
    const isBelieved = await seen(async () => {
      const { security } = await caller.snapshot();
      return security !== undefined && security.padlock !== 'none';
    }, BELIEVED_MAX_MS);
    return isBelieved
      ? succeeded('the page shows a padlock, and nobody has shaken hands')
      : refused(REFUSED_BY, 'the backend said “active”, and the page shows no padlock');
  },
};
