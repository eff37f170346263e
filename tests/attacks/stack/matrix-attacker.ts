import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseMatrixRoomId, type MatrixRoomId } from '@oracle-calls/matrix';
import {
  CALL_EVENT_TYPE,
  CALL_EVENT_VERSION,
  callIdParts,
  createCallId,
  parseCallEvent,
  parseMatrixEventId,
  type CallAnswerContent,
  type CallEventContent,
  type CallId,
  type MatrixEventId,
} from '@oracle-calls/protocol';
import { readOracleKeys } from '@oracle-calls/protocol/did';
import type { DIDDocument } from 'did-resolver';
import type { MatrixClient } from 'matrix-js-sdk';
import type { Caller } from '../../../dev/stack/accounts.ts';
import type { Stack } from '../../../dev/stack/stack.ts';
import { until } from '../../system/agent/until.ts';
import { signInClient } from '../../system/matrix-person.ts';
import { createUserCall, type CalledOracle } from '../room/user-call.ts';

export interface PlacedCall {
  readonly callId: CallId;
  readonly eventId: MatrixEventId;
  readonly matrixRoomId: MatrixRoomId;
  readonly content: CallEventContent;
}

/** An account with a client of its own that does what it likes: sends any event, edits anybody's, invites anybody. */
export class MatrixAttacker implements AsyncDisposable {
  readonly account: Caller;
  readonly #stack: Stack;
  readonly #client: MatrixClient;

  private constructor(stack: Stack, account: Caller, client: MatrixClient) {
    this.#stack = stack;
    this.#client = client;
    this.account = account;
  }

  static async signIn(stack: Stack, account: Caller): Promise<MatrixAttacker> {
    // A device of this account like any other: the attacker is who it says.
    const { client } = await signInClient(stack, account);
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

  /** Sends a call event as an honest caller would; one that answers a ring names it. */
  async placeCall(matrixRoomId: MatrixRoomId, ringEventId?: MatrixEventId): Promise<PlacedCall> {
    const oracle = await this.#oracle();
    const call = await createUserCall({
      oracle,
      facts: {
        ...{ matrixRoomId, matrixSender: this.account.userId, sessionId: `session-${randomUUID()}` },
        ...(ringEventId === undefined ? {} : { ringEventId }),
      },
    });
    const { sessionId, sfuRoomName } = call.facts;
    const content = parseCallEvent({
      v: CALL_EVENT_VERSION,
      callType: 'audio',
      callStatus: 'pending',
      callStartedAt: new Date().toISOString(),
      encryptionKey: call.sealed.envelopeHex,
      sessionId,
      roomId: sfuRoomName,
      userDid: call.signer.did,
      oracleDid: oracle.keys.did,
    });
    const eventId = await this.send(matrixRoomId, content);
    return { callId: createCallId(eventId, sfuRoomName), eventId, matrixRoomId, content };
  }

  async #oracle(): Promise<CalledOracle> {
    const text = await readFile(join(this.#stack.paths.didDocumentsDir, 'oracle.json'), 'utf8');
    return { matrixUserId: this.#stack.oracleUserId, keys: readOracleKeys(JSON.parse(text) as DIDDocument) };
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

  /** Says something of a call in the name of this account, as the oracle's side does. */
  async answer(callId: CallId, answer: Omit<CallAnswerContent, 'callId'>): Promise<void> {
    const { eventId } = callIdParts(callId);
    const roomOfCall = (): string | undefined =>
      this.#client.getRooms().find((room) => room.findEventById(eventId) !== undefined)?.roomId;
    await until(() => roomOfCall() !== undefined, 'the call event');
    const relation = { 'm.relates_to': { rel_type: 'm.reference', event_id: eventId } };
    await this.send(parseMatrixRoomId(roomOfCall()), { v: CALL_EVENT_VERSION, ...answer, callId, ...relation });
  }

  /** Past our own adapter, which would look at the members of the room first. */
  async send(matrixRoomId: MatrixRoomId, content: object): Promise<MatrixEventId> {
    const sendEvent = this.#client.sendEvent.bind(this.#client) as (
      ...args: unknown[]
    ) => Promise<{ event_id: string }>;
    const { event_id: eventId } = await sendEvent(matrixRoomId, CALL_EVENT_TYPE, content, randomUUID());
    return parseMatrixEventId(eventId);
  }
}
