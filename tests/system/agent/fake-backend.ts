import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createCallId, OracleCallError, parseMatrixEventId, toProblem } from '@oracle-calls/protocol';
import type { CallId, Did, ErrorCode, SfuRoomName } from '@oracle-calls/protocol';
import type { CallSigner } from '@oracle-calls/protocol/signing';
import type { OracleUnderTest } from './oracle-under-test.ts';
import { createUser, sealOlderTestCall, sealTestCall, SESSION_ID } from './sealed-call.ts';
import type { CallerKeys } from './sealed-call.ts';

/** How the backend is to answer for one call. Everything that it says may be a lie. */
export interface ScriptedCall {
  readonly sfuRoomName: SfuRoomName;
  readonly ticket: string;
  readonly callId: CallId;
  readonly userIdentity: string;
  /** What the honest caller has. */
  keys: CallerKeys;
  /** Answer as if the ticket had been used before. */
  isTicketUsed?: boolean;
  /** Refuse the key with this code. */
  refuseKeyWith?: ErrorCode;
  /** Answer this many claims with a retryable 404 first. */
  lateClaims: number;
  /** What the agent reported, in order. */
  readonly updates: { readonly callStatus: string; readonly endReason?: string }[];
  readonly requests: string[];
  /** What is handed out as the sealed key, and as the user's DID. */
  envelopeHex: string;
  userDid: Did;
  sessionId: string;
}

/** The three endpoints that an agent uses, answering from a script. */
export class FakeBackend implements AsyncDisposable {
  readonly #server = createServer((request, response) => void this.#handle(request, response));
  readonly #calls = new Map<string, ScriptedCall>();
  readonly #apiKey: string;
  #oracleDid: Did | undefined;
  #url = '';

  constructor(apiKey: string) {
    this.#apiKey = apiKey;
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

  /** A call of this user, honestly sealed. */
  async addCall(oracle: OracleUnderTest, sfuRoomName: SfuRoomName, signer = createUser()): Promise<ScriptedCall> {
    const { envelopeHex, secrets } = await sealTestCall({ oracle, signer, sfuRoomName });
    const callId = newCallId(sfuRoomName);
    return this.#add(oracle, signer, {
      sfuRoomName,
      callId,
      envelopeHex,
      keys: { protocol: 'strict', callId, secrets },
    });
  }

  /** A call of the older protocol. */
  addOlderCall(oracle: OracleUnderTest, sfuRoomName: SfuRoomName): ScriptedCall {
    const { envelopeHex, callKey } = sealOlderTestCall(oracle);
    const callId = newCallId(sfuRoomName);
    return this.#add(oracle, createUser(), { sfuRoomName, callId, envelopeHex, keys: { protocol: 'older', callKey } });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #add(
    oracle: OracleUnderTest,
    signer: CallSigner,
    sealed: Pick<ScriptedCall, 'sfuRoomName' | 'callId' | 'envelopeHex' | 'keys'>,
  ): ScriptedCall {
    this.#oracleDid = oracle.did;
    const random = crypto.randomUUID().replaceAll('-', '');
    const call: ScriptedCall = {
      ...sealed,
      ticket: `ticket-${random}`,
      userIdentity: `u-${random.slice(0, 12)}`,
      lateClaims: 0,
      updates: [],
      requests: [],
      userDid: signer.did,
      sessionId: SESSION_ID,
    };
    this.#calls.set(call.ticket, call);
    return call;
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
      const { callId, sessionId, userIdentity } = call;
      return { callId, callType: 'audio', sessionId, userIdentity };
    }
    const [, , callId, action] = path.split('/');
    const call = [...this.#calls.values()].find((one) => one.callId === callId);
    if (call === undefined || action === undefined) throw new OracleCallError('ERR_CALL_NOT_FOUND');
    call.requests.push(action);
    if (action === 'key') {
      if (call.refuseKeyWith !== undefined) throw new OracleCallError(call.refuseKeyWith);
      return { encryptionKey: call.envelopeHex, userDid: call.userDid, oracleDid: this.#oracleDid };
    }
    call.updates.push(JSON.parse(text) as ScriptedCall['updates'][number]);
    return {};
  }
}

function newCallId(sfuRoomName: SfuRoomName): CallId {
  return createCallId(parseMatrixEventId(`$${crypto.randomUUID().replaceAll('-', '')}`), sfuRoomName);
}
