import { callIdParts, type CallId } from '@oracle-calls/protocol';
import { RoomServiceClient } from 'livekit-server-sdk';
import type { CallFact } from '../../dev/demo/call-facts.ts';
import type { StackScene } from './stack-scene.ts';

/** What the agents logged of a call under this message, oldest first. */
export function agentLines({ facts }: StackScene, msg: string, callId: CallId): readonly CallFact[] {
  return facts.all(msg).filter((fact) => fact.callId === callId);
}

/** Handshakes of a call. */
export const attempts = (scene: StackScene, callId: CallId): readonly CallFact[] =>
  agentLines(scene, 'handshake confirmed', callId);

/** The process that was first given a call. */
export function agentProcess({ facts }: StackScene, callId: CallId): number {
  const { sfuRoomName } = callIdParts(callId);
  return Number(facts.all('job accepted').find((fact) => fact['sfuRoomName'] === sfuRoomName)?.['pid']);
}

/** SFU identities of the agents in a call's room. */
export async function agentsIn({ stack }: StackScene, callId: CallId): Promise<readonly string[]> {
  const { apiUrl, apiKey, apiSecret } = stack.sfu;
  const present = await new RoomServiceClient(apiUrl, apiKey, apiSecret).listParticipants(
    callIdParts(callId).sfuRoomName,
  );
  return present.map(({ identity }) => identity).filter((identity) => identity.startsWith('a-'));
}
