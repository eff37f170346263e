import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { AccessToken } from 'livekit-server-sdk';
import * as v from 'valibot';
import { expect } from 'vitest';
import {
  BearerSecret,
  CALL_EVENT_TYPE,
  createCallId,
  createJsonLogger,
  createSfuRoomName,
  didSchema,
  type SfuRoomName,
} from '@oracle-calls/protocol';
import { sessionResponseSchema, type JoinTokenResponse } from '@oracle-calls/protocol/http';
import type { MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix/port';
import { FakeClock } from '@oracle-calls/testing/clock';
import { FakeMatrixAccount, type ScriptedEvent } from '@oracle-calls/testing/matrix-account';
import { FakeSfuControl } from '@oracle-calls/testing/sfu-control';
import { matrixRoomIdSchema, matrixUserIdSchema } from '../auth/matrix-ids.ts';
import { openBackend, type Backend, type BackendDeps, type BackendOptions } from '../backend.ts';
import { createHttpApp, type HttpAppDeps } from '../http/create-http-app.ts';
import { createLiveKitSfuControl } from '../sfu/livekit-sfu-control.ts';
import type { OracleOptions } from '../oracles/served-oracles.ts';
import { openSqliteStore, type Store } from '../store/store.ts';
import type { ApiAnswer, PlacedCall, RequestOptions } from './test-request.ts';
import { startFakeHomeserver, type FakeHomeserver } from './fake-homeserver.ts';

export { expectMatrixError, expectProblem } from './expect-refusal.ts';
export type { ApiAnswer, PlacedCall, RequestOptions } from './test-request.ts';

const user = (text: string): MatrixUserId => v.parse(matrixUserIdSchema, text);
const room = (text: string): MatrixRoomId => v.parse(matrixRoomIdSchema, text);
const did = (text: string): v.InferOutput<typeof didSchema> => v.parse(didSchema, text);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const ORACLE = user('@oracle:localhost');
export const OTHER_ORACLE = user('@other-oracle:localhost');
export const ALICE = user('@alice:localhost');
export const MALLORY = user('@mallory:localhost');
export const ORACLE_DID = did('did:ixo:oracle456');
export const OTHER_ORACLE_DID = did('did:ixo:oracle789');
export const USER_DID = did('did:ixo:user123');
export const ALICE_ROOM = room('!alice-and-oracle:localhost');
export const MALLORY_ROOM = room('!mallory-and-oracle:localhost');
export const PAGE_ORIGIN = 'https://app.example';
export const AGENT_KEY = 'agent-api-key-of-the-tests-0123456789';
export const FOREIGN_AGENT_KEY = 'agent-api-key-of-another-oracle-012345';
const WEBHOOK_KEY = 'webhook-key';
const WEBHOOK_SECRET = 'a-webhook-secret-that-is-long-enough-for-hmac';

/** What a test has otherwise than most. */
export interface TestBackendSetup extends Pick<BackendDeps, 'didResolver' | 'telemetry'> {
  readonly options?: Partial<BackendOptions>;
  readonly http?: Partial<HttpAppDeps>;
  /** Serves a second oracle, `OTHER_ORACLE_DID`, as the first unless told otherwise. */
  readonly secondOracle?: Partial<Pick<OracleOptions, 'allowedServers'>>;
}

/** The whole backend on a real database file, with a scripted homeserver, SFU and clock. */
export class TestBackend implements AsyncDisposable {
  readonly clock = new FakeClock();
  /** Of the HTTP layer alone: its deadlines are not counted among the timers of the work behind. */
  readonly httpClock = new FakeClock();
  readonly matrix = new FakeMatrixAccount(ORACLE, this.clock);
  /** The account of the second oracle. */
  readonly otherMatrix = new FakeMatrixAccount(OTHER_ORACLE, this.clock);
  readonly sfu = new FakeSfuControl();
  /** Whether `open` opens the account of the second oracle as well. */
  secondOpens: 'at-once' | 'later' = 'at-once';
  readonly logLines: string[] = [];
  readonly #directory = mkdtempSync(join(tmpdir(), 'oracle-calls-backend-'));
  readonly #homeserver: FakeHomeserver;
  readonly #setup: TestBackendSetup;
  #sessions = new Map<MatrixUserId, string>();
  #store: Store | undefined;
  #backend: Backend | undefined;
  app: Hono;

  private constructor(homeserver: FakeHomeserver, setup: TestBackendSetup) {
    this.#homeserver = homeserver;
    this.#setup = setup;
    this.app = this.#createApp();
  }

  static async start(setup: TestBackendSetup = {}): Promise<TestBackend> {
    const backend = new TestBackend(await startFakeHomeserver(), setup);
    await backend.open();
    return backend;
  }

  get homeserver(): FakeHomeserver {
    return this.#homeserver;
  }

  get backend(): Backend {
    if (this.#backend === undefined) throw new Error('The backend is not open.');
    return this.#backend;
  }

  /** Opens the backend on the same database file, homeserver and SFU as before. */
  async open(): Promise<void> {
    const webhooks = createLiveKitSfuControl({
      apiUrl: 'http://127.0.0.1:1',
      apiKey: WEBHOOK_KEY,
      apiSecret: new BearerSecret(WEBHOOK_SECRET, 'webhook secret'),
    });
    this.sfu.receiveWebhook = (body, authorization) => webhooks.receiveWebhook(body, authorization);
    const allowedServers = { localhost: this.#homeserver.baseUrl };
    this.#store = await openSqliteStore(join(this.#directory, 'backend.sqlite'));
    this.#backend = await openBackend({
      options: {
        oracles: [
          { did: ORACLE_DID, agentName: 'oracle', allowedServers },
          ...(this.#setup.secondOracle === undefined
            ? []
            : [{ did: OTHER_ORACLE_DID, agentName: 'other-oracle', allowedServers, ...this.#setup.secondOracle }]),
        ],
        sfuUrl: 'ws://sfu.example:7880',
        agentKeys: [
          { id: 'agent-1', oracleDid: ORACLE_DID, sha256: sha256(AGENT_KEY) },
          { id: 'agent-2', oracleDid: ORACLE_DID, sha256: sha256(`${AGENT_KEY}-2`) },
          { id: 'foreign', oracleDid: OTHER_ORACLE_DID, sha256: sha256(FOREIGN_AGENT_KEY) },
        ],
        // Most tests are not about envelopes: any bytes will do for theirs.
        olderProtocol: 'allow',
        ...this.#setup.options,
      },
      didResolver: this.#setup.didResolver,
      telemetry: this.#setup.telemetry,
      sfu: this.sfu,
      store: this.#store,
      clock: this.clock,
      logger: createJsonLogger((line) => this.logLines.push(line), this.clock, { level: 'debug' }),
    });
    await this.#backend.openOracle(ORACLE_DID, this.matrix);
    if (this.#setup.secondOracle !== undefined && this.secondOpens === 'at-once') await this.openSecond();
    this.app = this.#createApp();
    await this.#backend.settled();
  }

  /** Opens the account of the second oracle. */
  openSecond(): Promise<void> {
    return this.backend.openOracle(OTHER_ORACLE_DID, this.otherMatrix);
  }

  /** What a killed process leaves: no listener, no timer, nothing finished; the files stay. */
  async kill(): Promise<void> {
    await Promise.all([this.matrix.close(), this.otherMatrix.close()]);
    await this.#backend?.close();
    await this.#store?.close();
    this.#backend = undefined;
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.open();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#homeserver[Symbol.asyncDispose]();
    rmSync(this.#directory, { recursive: true });
  }

  async request(method: string, path: string, options: RequestOptions = {}): Promise<ApiAnswer> {
    const { token, json, headers, signal, peer } = options;
    const body = json === undefined ? options.body : JSON.stringify(json);
    const init = {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    };
    const bindings = peer === undefined ? {} : { incoming: { socket: { remoteAddress: peer } } };
    const response = await this.app.request(path, init, bindings);
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as unknown) : text };
  }

  /** Makes the homeserver vouch for a user; the answer is the OpenID token. */
  openIdTokenOf(userId: MatrixUserId): string {
    const token = `openid-${randomBytes(12).toString('hex')}`;
    this.#homeserver.answers.set(token, { status: 200, body: JSON.stringify({ sub: userId }) });
    return token;
  }

  exchange(openIdToken: string, serverName = 'localhost'): Promise<ApiAnswer> {
    return this.request('POST', '/auth/session', {
      json: { openIdToken: { access_token: openIdToken, matrix_server_name: serverName } },
    });
  }

  /** A session token of a user, from the real exchange. */
  async session(userId: MatrixUserId): Promise<string> {
    const known = this.#sessions.get(userId);
    if (known !== undefined) return known;
    const answer = await this.exchange(this.openIdTokenOf(userId));
    const { sessionToken } = v.parse(sessionResponseSchema, answer.body);
    this.#sessions.set(userId, sessionToken);
    return sessionToken;
  }

  forgetSessions(): void {
    this.#sessions = new Map();
  }

  async join(userId: MatrixUserId, sfuRoomName: SfuRoomName, oracleDid: string = ORACLE_DID): Promise<ApiAnswer> {
    const token = await this.session(userId);
    return this.request('POST', '/join-token', { token, json: { roomId: sfuRoomName, oracleDid } });
  }

  /** Joins as the user; the SFU shows user and agent in the room. */
  async joinBoth(userId: MatrixUserId, sfuRoomName: SfuRoomName): Promise<JoinTokenResponse> {
    const answer = await this.join(userId, sfuRoomName);
    expect(answer.status).toBe(200);
    const joined = answer.body as JoinTokenResponse;
    this.sfu.rooms
      .get(sfuRoomName)
      ?.participants.push({ identity: joined.identity, isAgent: false }, { identity: 'agent-AJ_1', isAgent: true });
    return joined;
  }

  content(sfuRoomName: SfuRoomName, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return {
      callType: 'audio',
      callStatus: 'pending',
      callStartedAt: new Date(this.clock.now()).toISOString(),
      encryptionKey: `04${randomBytes(96).toString('hex')}`,
      sessionId: '550e8400-e29b-41d4-a716-446655440000',
      roomId: sfuRoomName,
      userDid: USER_DID,
      oracleDid: ORACLE_DID,
      ...changes,
    };
  }

  /** A call event on the homeserver that has not been delivered yet. */
  prepareCall(changes: Readonly<Record<string, unknown>> = {}, event: Partial<ScriptedEvent> = {}): PlacedCall {
    const sfuRoomName = (changes['roomId'] as SfuRoomName | undefined) ?? createSfuRoomName();
    const content = this.content(sfuRoomName, changes);
    const put = this.matrix.put({
      matrixRoomId: ALICE_ROOM,
      sender: ALICE,
      type: CALL_EVENT_TYPE,
      content,
      ...event,
    });
    const callId = createCallId(put.eventId, sfuRoomName);
    return { callId, eventId: put.eventId, sfuRoomName, content, event: put };
  }

  /** A call event that has arrived. */
  async placeCall(
    changes: Readonly<Record<string, unknown>> = {},
    event: Partial<ScriptedEvent> = {},
  ): Promise<PlacedCall> {
    const call = this.prepareCall(changes, event);
    this.matrix.deliver(call.event);
    await this.backend.settled();
    return call;
  }

  /** The sender's edit of a call event. */
  async edit(
    call: PlacedCall,
    changes: Readonly<Record<string, unknown>>,
    event: Partial<ScriptedEvent> = {},
  ): Promise<void> {
    this.matrix.receive(this.editOf(call, changes, event));
    await this.backend.settled();
  }

  editOf(
    call: PlacedCall,
    changes: Readonly<Record<string, unknown>>,
    event: Partial<ScriptedEvent> = {},
  ): ScriptedEvent {
    const newContent = { ...call.content, callId: call.callId, ...changes };
    return {
      matrixRoomId: ALICE_ROOM,
      sender: ALICE,
      type: CALL_EVENT_TYPE,
      content: {
        'm.new_content': newContent,
        'm.relates_to': { rel_type: 'm.replace', event_id: call.eventId },
      },
      ...event,
    };
  }

  async sync(call: PlacedCall, userId: MatrixUserId = ALICE): Promise<ApiAnswer> {
    return this.request('POST', `/calls/${call.callId}/sync`, { token: await this.session(userId), json: {} });
  }

  key(callId: string, token: string = AGENT_KEY): Promise<ApiAnswer> {
    return this.request('GET', `/calls/${callId}/key`, { token });
  }

  async update(call: PlacedCall, token: string, json: unknown): Promise<ApiAnswer> {
    const answer = await this.request('POST', `/calls/${call.callId}/update`, { token, json });
    await this.backend.settled();
    return answer;
  }

  /** The ticket that the SFU got for a room's agent. */
  ticketOf(sfuRoomName: SfuRoomName): string {
    const made = this.sfu.rooms.get(sfuRoomName);
    if (made?.agentTicket === undefined) throw new Error('The SFU called no agent to such a room.');
    return made.agentTicket.expose();
  }

  claim(sfuRoomName: SfuRoomName, ticket: string, token: string = AGENT_KEY): Promise<ApiAnswer> {
    return this.request('POST', '/agent/claim', { token, json: { ticket, roomId: sfuRoomName } });
  }

  /** A webhook as LiveKit sends it, signed with `secret`. */
  async webhook(event: object, secret: string = WEBHOOK_SECRET): Promise<ApiAnswer> {
    const body = JSON.stringify(event);
    const token = new AccessToken(WEBHOOK_KEY, secret);
    token.sha256 = createHash('sha256').update(body).digest('base64');
    const answer = await this.request('POST', '/livekit/webhook', {
      body,
      headers: { authorization: await token.toJwt(), 'content-type': 'application/webhook+json' },
    });
    await this.backend.settled();
    return answer;
  }

  async statusOf(call: PlacedCall): Promise<string | undefined> {
    return (await this.backend.store.calls.findById(call.callId))?.callStatus;
  }

  async endReasonOf(call: PlacedCall): Promise<string | undefined> {
    return (await this.backend.store.calls.findById(call.callId))?.endReason;
  }

  /** Moves time and waits for the work that it sets off. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.backend.settled();
  }

  /** Waits until the code under test has armed another timer: it now waits for time or an event. */
  async untilWaiting(timersBefore: number): Promise<void> {
    for (let turn = 0; turn < 1_000 && this.clock.pendingTimers <= timersBefore; turn += 1) await this.clock.settle();
    expect(this.clock.pendingTimers).toBeGreaterThan(timersBefore);
  }

  /** Every log line with this message, parsed. */
  logged(message: string): Record<string, unknown>[] {
    return this.logLines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line['msg'] === message);
  }

  /** Everything that stands in the database's files, as it stands there. */
  databaseBytes(): string {
    return readdirSync(this.#directory)
      .map((name) => readFileSync(join(this.#directory, name), 'latin1'))
      .join('\n');
  }

  get databaseDirectory(): string {
    return this.#directory;
  }

  #createApp(): Hono {
    return createHttpApp({
      getBackend: () => this.#backend,
      corsOrigins: [PAGE_ORIGIN],
      clock: this.httpClock,
      telemetry: this.#setup.telemetry,
      logger: createJsonLogger((line) => this.logLines.push(line), this.clock, { level: 'debug' }),
      ...this.#setup.http,
    });
  }
}
