import { DisconnectReason, LeaveRequest, SignalRequest } from '@livekit/protocol';
import { OracleCallError, toOracleCallError } from '@oracle-calls/protocol';
import type { WebSocket } from 'ws';
import { guardResponse } from './guard-response.ts';
import { bytesOf } from './message-bytes.ts';
import type { OwnIdentity } from './own-identity.ts';

/** WebSocket close code for a message that breaks a rule of the receiver (RFC 6455, 7.4.1). */
const POLICY_VIOLATION = 1008;

export interface SignalRelay {
  /** The media library's end. */
  readonly library: WebSocket;
  readonly server: WebSocket;
  readonly own: OwnIdentity;
  readonly onRefused: (error: OracleCallError) => void;
}

/** Carries signalling both ways: what the library says as it is, what the server says as {@link guardResponse} leaves it. */
export function relaySignalling({ library, server, own, onRefused }: SignalRelay): void {
  const refuse = (error: OracleCallError): void => {
    library.close(POLICY_VIOLATION, error.code);
    leave(server);
    onRefused(error);
  };
  library.on('message', (data, isBinary) => {
    if (isBinary && server.readyState === server.OPEN) server.send(bytesOf(data));
  });
  server.on('message', (data, isBinary) => {
    if (library.readyState !== library.OPEN) return;
    try {
      // LiveKit sends text to clients that speak JSON; ours does not, so this is not an answer to anything it said.
      if (!isBinary) throw new OracleCallError('ERR_MEDIA_SIGNALLING', 'The media server sent text.');
      const guarded = guardResponse(bytesOf(data), own);
      if (guarded !== undefined) library.send(guarded);
    } catch (cause) {
      refuse(toOracleCallError(cause));
    }
  });
  server.on('error', (cause: Error & { readonly code?: string }) => {
    if (cause.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
      refuse(new OracleCallError('ERR_MEDIA_SIGNALLING', 'A message of the media server is too large.'));
    } else library.terminate();
  });
  library.on('error', () => server.terminate());
  server.once('close', () => library.close());
  library.once('close', () => server.close());
}

/** The library cannot say goodbye any more, and the room would wait for it to come back. */
function leave(server: WebSocket): void {
  const value = new LeaveRequest({ reason: DisconnectReason.CLIENT_INITIATED });
  const goodbye = new SignalRequest({ message: { case: 'leave', value } });
  if (server.readyState === server.OPEN) server.send(goodbye.toBinary());
  server.close();
}
