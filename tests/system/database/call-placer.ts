import { randomBytes, randomUUID } from 'node:crypto';
import { createMatrixPort, parseMatrixUserId, type MatrixPort, type MatrixRoomId } from '@oracle-calls/matrix';
import {
  CALL_EVENT_TYPE,
  createCallId,
  createSfuRoomName,
  parseWith,
  type CallId,
  type SfuRoomName,
} from '@oracle-calls/protocol';
import type { MatrixClient } from 'matrix-js-sdk';
import * as v from 'valibot';
import type { Stack } from '../../../dev/stack/stack.ts';
import { dispatchOf } from '../agent-dispatch.ts';
import { until } from '../matrix/matrix-scene.ts';
import { personAuthorization, signInClient, type Login } from '../matrix-person.ts';
import { agentAuthorization } from '../open-call-key.ts';

export interface PlacedCall {
  readonly callId: CallId;
  readonly sfuRoomName: SfuRoomName;
}

interface Parts {
  readonly stack: Stack;
  readonly client: MatrixClient;
  readonly login: Login;
  readonly port: MatrixPort;
  readonly room: MatrixRoomId;
}

/** Alice with a real encrypted client and no page: places calls at a stack's backend and does what its agent would. */
export class CallPlacer implements AsyncDisposable {
  readonly #stack: Stack;
  readonly #client: MatrixClient;
  readonly #login: Login;
  readonly #port: MatrixPort;
  readonly #room: MatrixRoomId;

  private constructor({ stack, client, login, port, room }: Parts) {
    this.#stack = stack;
    this.#client = client;
    this.#login = login;
    this.#port = port;
    this.#room = room;
  }

  static async open(stack: Stack): Promise<CallPlacer> {
    const { client, login } = await signInClient(stack, stack.users.alice);
    const port = createMatrixPort(client);
    const oracle = parseMatrixUserId(stack.oracleUserId);
    const room = await port.findOrCreateRoom(oracle);
    const joined = (): true | undefined => client.getRoom(room)?.getMember(oracle)?.membership === 'join' || undefined;
    await until(joined, 'the oracle in the room', 60_000);
    return new CallPlacer({ stack, client, login, port, room });
  }

  /** Asks for a room, sends the event and says that she is there. The call is active then. */
  async place(): Promise<PlacedCall> {
    const { oracleDid, oracleUserId } = this.#stack;
    const sfuRoomName = createSfuRoomName();
    await this.ask('POST', '/join-token', { roomId: sfuRoomName, oracleDid });
    const content = {
      callType: 'audio',
      callStatus: 'pending',
      callStartedAt: new Date().toISOString(),
      encryptionKey: `04${randomBytes(96).toString('hex')}`,
      sessionId: 's-1',
      roomId: sfuRoomName,
      userDid: 'did:ixo:user123',
      oracleDid,
    };
    const eventId = await this.#port.sendEvent(this.#room, CALL_EVENT_TYPE, content, {
      transactionId: randomUUID(),
      peer: parseMatrixUserId(oracleUserId),
      signal: AbortSignal.timeout(60_000),
    });
    const callId = createCallId(eventId, sfuRoomName);
    await this.ask('POST', `/calls/${callId}/sync`, {});
    return { callId, sfuRoomName };
  }

  async end({ callId }: PlacedCall): Promise<void> {
    await this.ask('POST', `/calls/${callId}/update`, { callStatus: 'ended' });
  }

  /** Ids and statuses of her calls, newest first. */
  async list(): Promise<readonly (readonly [string, string])[]> {
    const { calls } = parseWith(
      v.object({ calls: v.array(v.object({ callId: v.string(), callStatus: v.string() })) }),
      await this.ask('GET', '/calls'),
    );
    return calls.map(({ callId, callStatus }) => [callId, callStatus]);
  }

  /** The ticket that the SFU holds for the room's agent. */
  async ticketOf({ sfuRoomName }: PlacedCall): Promise<string> {
    const { ticket } = await dispatchOf(this.#stack.sfu, sfuRoomName);
    return ticket;
  }

  /** Claims a call as the agent; status and code of the answer. */
  async claim(
    { sfuRoomName }: PlacedCall,
    ticket: string,
  ): Promise<{ readonly status: number; readonly code?: string | undefined }> {
    return this.#asAgent('/agent/claim', { ticket, roomId: sfuRoomName });
  }

  /** Asks for a call's envelope as the agent; the backend reads the event from the homeserver and decrypts it. */
  key({ callId }: PlacedCall): Promise<{ readonly status: number; readonly code?: string | undefined }> {
    return this.#asAgent(`/calls/${callId}/key`, {});
  }

  async ask(method: string, path: string, json?: object): Promise<unknown> {
    const stack = this.#stack;
    const response = await fetch(`${stack.backendUrl}${path}`, {
      method,
      headers: {
        authorization: await personAuthorization(stack, stack.users.alice, this.#login),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.stopClient();
    await this.#client.logout(true).catch(() => undefined);
  }

  async #asAgent(path: string, json: object): Promise<{ readonly status: number; readonly code?: string | undefined }> {
    const response = await fetch(`${this.#stack.backendUrl}${path}`, {
      method: 'POST',
      headers: { authorization: await agentAuthorization(this.#stack), 'content-type': 'application/json' },
      body: JSON.stringify(json),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, ...v.parse(v.object({ code: v.optional(v.string()) }), await response.json()) };
  }
}
