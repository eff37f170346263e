import { once } from 'node:events';
import { createServer } from 'node:http';
import { BearerSecret, createSfuRoomName } from '@oracle-calls/protocol';
import { createBackendClient } from './backend-client.ts';

const CLAIMED = {
  callId: '$rehearsal@lk-rehearsal',
  callType: 'audio',
  sessionId: 'rehearsal',
  userIdentity: 'u-rehearsal',
};

/** Claims a call that nobody has from a backend of its own on loopback: Node loads its HTTP client at the first request. */
export async function rehearseBackend(): Promise<void> {
  const server = createServer((_request, response) => response.end(JSON.stringify(CLAIMED)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const backend = createBackendClient(
      `http://127.0.0.1:${port}`,
      new BearerSecret('rehearsal', 'key of a rehearsal'),
    );
    await backend.claim('ticket of a rehearsal', createSfuRoomName());
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
