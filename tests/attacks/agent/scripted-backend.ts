import { createAdaptorServer } from '@hono/node-server';
import { once } from 'node:events';
import { OracleCallError, toProblem, type CallId, type Did, type SfuRoomName } from '@oracle-calls/protocol';
import { Hono } from 'hono';

/** What the backend says of one call; nothing of it need be true. */
export interface ScriptedCall {
  readonly ticket: string;
  readonly sfuRoomName: SfuRoomName;
  readonly callId: CallId;
  readonly userIdentity: string;
  readonly callType: 'audio' | 'video';
  readonly sessionId: string;
  readonly encryptionKey: string;
  readonly userDid: Did;
  readonly oracleDid: Did;
}

/** A backend in the hands of an attacker: it answers agents with whatever it was told to. */
export class ScriptedBackend implements AsyncDisposable {
  readonly #calls = new Map<string, ScriptedCall>();
  readonly #documents = new Map<string, object>();
  readonly #server;
  #url = '';

  constructor() {
    const app = new Hono();
    app.post('/agent/claim', async (c) => {
      const { ticket } = await c.req.json<{ ticket: string }>();
      const { callId, callType, sessionId, userIdentity } = this.#find((call) => call.ticket === ticket);
      return c.json({ callId, callType, sessionId, userIdentity });
    });
    app.on(['GET', 'POST'], '/calls/:callId/key', (c) => {
      const { encryptionKey, userDid, oracleDid } = this.#find((call) => call.callId === c.req.param('callId'));
      return c.json({ encryptionKey, userDid, oracleDid });
    });
    app.post('/calls/:callId/update', (c) => c.json({}));
    // Nobody should ask a backend for DID documents; one that is asked lies.
    app.get('/1.0/identifiers/:did', (c) => {
      const document = this.#documents.get(c.req.param('did'));
      if (document === undefined) return c.json({}, 404);
      const didResolutionMetadata = { contentType: 'application/did+json' };
      return c.json({ didDocument: document, didResolutionMetadata, didDocumentMetadata: {} });
    });
    app.onError((cause, c) => {
      const problem = toProblem(cause instanceof OracleCallError ? cause : new OracleCallError('ERR_INTERNAL'));
      return c.json(problem, problem.status as 404);
    });
    this.#server = createAdaptorServer({ fetch: app.fetch });
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The backend has no port.');
    this.#url = `http://127.0.0.1:${address.port}`;
    return this;
  }

  get url(): string {
    return this.#url;
  }

  add(call: ScriptedCall): void {
    this.#calls.set(call.ticket, call);
  }

  lieAbout(did: Did, document: object): void {
    this.#documents.set(did, document);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    if ('closeAllConnections' in this.#server) this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #find(fits: (call: ScriptedCall) => boolean): ScriptedCall {
    const call = this.#calls.values().find(fits);
    if (call === undefined) throw new OracleCallError('ERR_CALL_NOT_FOUND');
    return call;
  }
}
