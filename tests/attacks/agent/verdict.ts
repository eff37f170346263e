import { refused, succeeded, type Outcome } from '../attack.ts';
import { joinAsUser } from '../room/call-ends.ts';
import type { UserCall } from '../room/user-call.ts';
import type { AgentScene } from './agent-scene.ts';
import type { ScriptedCall } from './scripted-backend.ts';

/** Whether the agent takes an envelope for a call: it refuses it, or goes on to the handshake. */
export async function envelopeVerdict(scene: AgentScene, call: UserCall, placed: ScriptedCall): Promise<Outcome> {
  await using _user = await joinAsUser(scene.seatIn(placed), placed.callId, call, scene.oracle);
  const said = await scene.log.untilSaid(
    'what became of the envelope',
    ({ msg, callId }) => callId === placed.callId && VERDICTS.includes(String(msg)),
  );
  const { msg, code, fields } = said;
  return msg === REFUSED
    ? refused(String(code), `the agent refused the envelope${typeof fields === 'string' ? ` for its ${fields}` : ''}`)
    : succeeded(`the agent took the envelope: ${String(msg)}`);
}

const REFUSED = 'the sealed key is refused';
/** The older protocol has no handshake: there the oracle speaks at once. */
const VERDICTS = [REFUSED, 'handshake offered', 'the oracle may speak'];
