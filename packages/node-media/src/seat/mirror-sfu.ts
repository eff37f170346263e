import { once } from 'node:events';
import { createServer } from 'node:http';
import {
  Encryption_Type,
  JoinResponse,
  ParticipantInfo,
  Room,
  SessionDescription,
  SignalRequest,
  SignalResponse,
  SignalTarget,
  TrackInfo,
  TrackPublishedResponse,
  TrickleRequest,
} from '@livekit/protocol';
import { WebSocketServer } from 'ws';
import type { RawData } from 'ws';
import { bytesOf } from '../guard/message-bytes.ts';

/** The signalling of an SFU that is none: what the one connection of a client offers, it hands to the other. */
export interface MirrorSfu extends AsyncDisposable {
  readonly url: string;
}

/**
 * A media server for a rehearsal, on loopback. It has no media of its own: the client's publishing connection is led to its
 * receiving one, so that the client connects to itself, with all that real connections do.
 */
export async function startMirrorSfu(identity: string): Promise<MirrorSfu> {
  const server = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({
    server,
    perMessageDeflate: false,
    // The newer form has one connection for both directions, and one cannot talk to itself: the client then takes the older one.
    verifyClient: ({ req }, answer) => answer(req.url?.startsWith('/rtc/v1') !== true, 404),
  });
  sockets.on('connection', (socket) => {
    const say = (message: SignalResponse['message']): void => {
      socket.send(new SignalResponse({ message }).toBinary());
    };
    const participant = new ParticipantInfo({ identity, sid: 'PA_rehearsal' });
    const room = new Room({ name: 'rehearsal', sid: 'RM_rehearsal' });
    // Publishing comes first, and then the rest: there is nobody to be received. The library divides time by the interval of pings.
    say({ case: 'join', value: new JoinResponse({ room, participant, pingInterval: 5, pingTimeout: 15 }) });
    socket.on('error', () => socket.terminate());
    socket.on('message', (data: RawData) => {
      const request = decode(bytesOf(data));
      // Other users of this machine reach the port too: nothing of theirs ends this process.
      if (request === undefined) socket.terminate();
      else for (const answer of mirrored(request.message)) say(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `ws://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function mirrored({ case: kind, value }: SignalRequest['message']): SignalResponse['message'][] {
  switch (kind) {
    case 'offer':
    case 'answer':
      return [{ case: kind, value: new SessionDescription({ type: value.type, sdp: value.sdp }) }];
    case 'trickle': {
      const isPublisher = value.target === SignalTarget.PUBLISHER;
      const target = isPublisher ? SignalTarget.SUBSCRIBER : SignalTarget.PUBLISHER;
      return [{ case: 'trickle', value: new TrickleRequest({ candidateInit: value.candidateInit, target }) }];
    }
    case 'addTrack': {
      const { cid, type, source } = value;
      const track = new TrackInfo({ sid: 'TR_rehearsal', type, source, encryption: Encryption_Type.GCM });
      return [{ case: 'trackPublished', value: new TrackPublishedResponse({ cid, track }) }];
    }
    default:
      return [];
  }
}

function decode(bytes: Uint8Array): SignalRequest | undefined {
  try {
    return SignalRequest.fromBinary(bytes);
  } catch {
    return undefined;
  }
}
