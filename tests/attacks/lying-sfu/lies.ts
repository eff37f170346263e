import {
  DisconnectReason,
  LeaveRequest,
  LeaveRequest_Action,
  ParticipantUpdate,
  SignalResponse,
  type ParticipantInfo,
} from '@livekit/protocol';
import type { SignalConnection } from './signal-connection.ts';

/** Makes a client throw its connection away and join anew. */
export function fullReconnect(): SignalResponse {
  const { RECONNECT } = LeaveRequest_Action;
  const value = new LeaveRequest({
    action: RECONNECT,
    canReconnect: true,
    reason: DisconnectReason.UNKNOWN_REASON,
  });
  return new SignalResponse({ message: { case: 'leave', value } });
}

/** News about participants that the client believes: their versions must exceed those of the server's own news. */
export function participantNews(...participants: readonly ParticipantInfo[]): SignalResponse {
  const value = new ParticipantUpdate({ participants: [...participants] });
  return new SignalResponse({ message: { case: 'update', value } });
}

/** What the server last said about a participant, as a copy to change; with a version that makes it the newest news. */
export function lastNewsOf({ responses }: SignalConnection, identity: string): ParticipantInfo | undefined {
  const told = responses.flatMap(({ message }) => participantsIn(message));
  const last = told.findLast((participant) => participant.identity === identity)?.clone();
  if (last !== undefined) last.version += VERSION_STEP;
  return last;
}

/** Every description of a participant in a message, to be changed in place. */
export function participantsIn(message: SignalResponse['message']): readonly ParticipantInfo[] {
  if (message.case === 'update') return message.value.participants;
  if (message.case !== 'join') return [];
  const { participant, otherParticipants } = message.value;
  return participant === undefined ? otherParticipants : [participant, ...otherParticipants];
}

/** More than the honest server will count while a test runs. */
const VERSION_STEP = 1000;

/** Says of every track that it is not encrypted. */
export function denyEncryption({ message }: SignalResponse): void {
  if (message.case === 'trackPublished' && message.value.track !== undefined) message.value.track.encryption = 0;
  for (const { tracks } of participantsIn(message)) for (const track of tracks) track.encryption = 0;
}
