import { randomUUID } from 'node:crypto';
import { createMatrixPort, parseMatrixRoomId, type MatrixPort, type MatrixRoomId } from '@oracle-calls/matrix';
import { silenceGlobalSdkLogger } from '@oracle-calls/matrix/node';
import {
  CALL_EVENT_TYPE,
  createCallId,
  createSfuRoomName,
  parseCallEvent,
  type CallEventContent,
  type CallId,
  type MatrixEventId,
} from '@oracle-calls/protocol';
import { createClient, type MatrixClient } from 'matrix-js-sdk';
import * as v from 'valibot';
import type { Account } from '../../../dev/stack/accounts.ts';
import type { Stack } from '../../../dev/stack/stack.ts';
import { until } from '../../system/agent/until.ts';

const loginSchema = v.looseObject({ access_token: v.string(), device_id: v.string() });

export interface PlacedCall {
  readonly callId: CallId;
  readonly eventId: MatrixEventId;
  readonly matrixRoomId: MatrixRoomId;
  readonly content: CallEventContent;
}

/** An account with a client of its own that does what it likes: sends any event, edits anybody's, invites anybody. */
export class MatrixAttacker implements AsyncDisposable {
  readonly account: Account;
  readonly port: MatrixPort;
  readonly #stack: Stack;
  readonly #client: MatrixClient;

  private constructor(stack: Stack, account: Account, client: MatrixClient) {
    this.#stack = stack;
    this.#client = client;
    this.account = account;
    this.port = createMatrixPort(client);
  }

  static async signIn(stack: Stack, account: Account): Promise<MatrixAttacker> {
    silenceGlobalSdkLogger();
    const { homeserverUrl: baseUrl } = stack;
    const identifier = { type: 'm.id.user', user: account.name };
    const response = await fetch(`${baseUrl}/_matrix/client/v3/login`, {
      method: 'POST',
      body: JSON.stringify({ type: 'm.login.password', identifier, password: account.password }),
    });
    const { access_token: accessToken, device_id: deviceId } = v.parse(loginSchema, await response.json());
    const client = createClient({ baseUrl, userId: account.userId, accessToken, deviceId, disableVoip: true });
    await client.initRustCrypto({ useIndexedDB: false });
    await client.startClient({ disablePresence: true });
    return new MatrixAttacker(stack, account, client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.stopClient();
  }

  /** A new encrypted room with these people, once all of them and the oracle are in it. */
  async roomWith(...others: readonly MatrixAttacker[]): Promise<MatrixRoomId> {
    const { oracleUserId } = this.#stack;
    const invited = others.map(({ account }) => account.userId);
    const { room_id: roomId } = await this.#client.createRoom({
      invite: [oracleUserId, ...invited],
      is_direct: true,
      initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
    });
    for (const other of others) await other.#client.joinRoom(roomId);
    const members = [this.account.userId, oracleUserId, ...invited];
    for (const { account, isIn } of [this, ...others].map((one) => ({
      account: one.account,
      isIn: one.#seesIn(roomId),
    }))) {
      await until(() => members.every((member) => isIn(member)), `${account.name} sees everybody in the room`, 20_000);
    }
    return parseMatrixRoomId(roomId);
  }

  #seesIn(roomId: string): (userId: string) => boolean {
    return (userId) => this.#client.getRoom(roomId)?.getMember(userId)?.membership === 'join';
  }

  /** Sends a call event as an honest caller would, save for `changes`. */
  async placeCall(matrixRoomId: MatrixRoomId, changes: Partial<CallEventContent> = {}): Promise<PlacedCall> {
    const content = parseCallEvent({
      v: 1,
      callType: 'audio',
      callStatus: 'pending',
      callStartedAt: new Date().toISOString(),
      encryptionKey: `04${randomUUID().replaceAll('-', '').repeat(6)}`,
      sessionId: `session-${randomUUID()}`,
      roomId: createSfuRoomName(),
      userDid: `did:ixo:${this.account.name}`,
      oracleDid: this.#stack.oracleDid,
      ...changes,
    });
    const eventId = await this.send(matrixRoomId, content);
    return { callId: createCallId(eventId, content.roomId), eventId, matrixRoomId, content };
  }

  /** Edits somebody's call event. */
  edit(
    { callId, eventId, matrixRoomId, content }: PlacedCall,
    changes: Partial<CallEventContent>,
  ): Promise<MatrixEventId> {
    return this.send(matrixRoomId, {
      'm.new_content': { ...content, callId, ...changes },
      'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
    });
  }

  send(matrixRoomId: MatrixRoomId, content: object): Promise<MatrixEventId> {
    return this.port.sendEvent(matrixRoomId, CALL_EVENT_TYPE, content, { transactionId: randomUUID() });
  }
}
