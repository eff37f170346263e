import type { SfuRoomName } from '@oracle-calls/protocol';
import { AgentDispatchClient } from 'livekit-server-sdk';
import type { Stack } from '../../dev/stack/stack.ts';

/** What the SFU was told of a room's agent. */
export async function dispatchOf(
  { apiUrl, apiKey, apiSecret }: Stack['sfu'],
  sfuRoomName: SfuRoomName,
): Promise<{ readonly agentName: string; readonly ticket: string }> {
  const [dispatch] = await new AgentDispatchClient(apiUrl, apiKey, apiSecret).listDispatch(sfuRoomName);
  if (dispatch === undefined) throw new Error('No agent was dispatched.');
  return { agentName: dispatch.agentName, ticket: dispatch.metadata };
}
