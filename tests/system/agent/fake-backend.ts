import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createCallId, createCallKey, OracleCallError, parseMatrixEventId, toProblem } from '@oracle-calls/protocol';
import type { CallId, Did, ErrorCode, SecretBytes, SfuRoomName } from '@oracle-calls/protocol';
import { sealEnvelope } from '@oracle-calls/protocol/envelope';

/** How the backend is to answer for one call. */
export interface ScriptedCall {
  readonly sfuRoomName: SfuRoomName;
  readonly ticket: string;
  readonly callId: CallId;
  readonly callKey: SecretBytes;
  readonly userIdentity: string;
  /** Answer as if the ticket had been used before. */
  isTicketUsed?: boolean;
  /** Refuse the key with this code. */
  refuseKeyWith?: ErrorCode;
  /** Answer this many claims with a retryable 404 first. */
  lateClaims: number;
  /** What the agent reported, in order. */
  readonly updates: { readonly callStatus: string; readonly endReason?: string }[];
  readonly requests: string[];
  envelopeHex: string;
}

/** The three endpoints that an agent uses, answering from a script. */
export class FakeBackend implements AsyncDisposable {
  readonly #server = createServer((request, response) => void this.#handle(request, response));
  readonly #calls = new Map<string, ScriptedCall>();
  readonly #apiKey: string;
  readonly #oracleDid: Did;
  #url = '';

  constructor(apiKey: string, oracleDid: Did) {
    this.#apiKey = apiKey;
    this.#oracleDid = oracleDid;
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address !== 'object') throw new Error('no port');
    this.#url = `http://127.0.0.1:${address.port}`;
    return this;
  }

  get url(): string {
    return this.#url;
  }

  get calls(): ScriptedCall[] {
    return [...this.#calls.values()];
  }

  addCall(sfuRoomName: SfuRoomName, oraclePublicKey: Uint8Array): ScriptedCall {
    const callKey = createCallKey();
    const random = crypto.randomUUID().replaceAll('-', '');
    const call: ScriptedCall = {
      sfuRoomName,
      ticket: `ticket-${random}`,
      callId: createCallId(parseMatrixEventId(`$${random}`), sfuRoomName),
      callKey,
      userIdentity: `u-${random.slice(0, 12)}`,
      lateClaims: 0,
      updates: [],
      requests: [],
      envelopeHex: sealEnvelope({ callKey, recipientPublicKey: oraclePublicKey }),
    };
    this.#calls.set(call.ticket, call);
    return call;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: { status: number; body: object };
    try {
      answer = { status: 200, body: await this.#answer(request) };
    } catch (cause) {
      const problem = toProblem(cause instanceof OracleCallError ? cause : new OracleCallError('ERR_INTERNAL'));
      answer = { status: problem.status, body: problem };
    }
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  }

  async #answer(request: IncomingMessage): Promise<object> {
    if (request.headers.authorization !== `Bearer ${this.#apiKey}`) throw new OracleCallError('ERR_AUTH_INVALID');
    const path = decodeURIComponent(new URL(request.url ?? '/', this.#url).pathname);
    let text = '';
    for await (const chunk of request) text += String(chunk);
    if (path === '/agent/claim') {
      const { ticket, roomId } = JSON.parse(text) as { ticket: string; roomId: string };
      const call = this.#calls.get(ticket);
      if (call?.sfuRoomName !== roomId || call.isTicketUsed === true) throw new OracleCallError('ERR_CALL_TICKET');
      call.requests.push('claim');
      if (call.lateClaims-- > 0) throw new OracleCallError('ERR_MATRIX_EVENT_NOT_FOUND');
      return { callId: call.callId, callType: 'audio', sessionId: 'session-1', userIdentity: call.userIdentity };
    }
    const [, , callId, action] = path.split('/');
    const call = [...this.#calls.values()].find((one) => one.callId === callId);
    if (call === undefined || action === undefined) throw new OracleCallError('ERR_CALL_NOT_FOUND');
    call.requests.push(action);
    if (action === 'key') {
      if (call.refuseKeyWith !== undefined) throw new OracleCallError(call.refuseKeyWith);
      return { encryptionKey: call.envelopeHex, userDid: 'did:example:user', oracleDid: this.#oracleDid };
    }
    call.updates.push(JSON.parse(text) as ScriptedCall['updates'][number]);
    return {};
  }
}
