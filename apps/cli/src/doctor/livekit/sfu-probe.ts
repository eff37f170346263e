import { randomBytes } from 'node:crypto';
import { SignalRequest, SignalResponse, LeaveRequest, type JoinResponse } from '@livekit/protocol';
import { AGENT_PRESENT, AGENT_PROBE, PROBE_ROOM_PREFIX } from '@oracle-calls/agent/probe';
import type { BearerSecret, Clock } from '@oracle-calls/protocol';
import { AccessToken, AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import * as v from 'valibot';
import { WebSocket } from 'ws';
import { reasonOf, Unreachable } from '../network/ask.ts';

export interface SfuAccess {
  /** For clients: ws or wss. */
  readonly clientUrl: string;
  /** For the server API: http or https. */
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly apiSecret: BearerSecret;
}

/** What the SFU says of itself to everybody who joins. */
export interface SfuFacts {
  readonly version: string;
  /** Addresses of STUN and TURN servers, without their credentials. */
  readonly iceUrls: readonly string[];
}

/** The SFU does not accept the API key or its secret. */
export class KeyRefused extends Error {
  override readonly name = 'KeyRefused';
}

/** Seconds after which LiveKit itself removes a room of ours that was left behind. */
const EMPTY_TIMEOUT_S = 30;
const REQUEST_TIMEOUT_S = 5;
const TOKEN_TTL_S = 60;
const AGENT_ANSWER_MS = 6_000;
const AGENT_POLL_MS = 200;
const ROOM_RANDOM_BYTES = 9;

const refusedSchema = v.object({ status: v.picklist([401, 403]) });
const answeredSchema = v.object({ status: v.number() });

/** Looks at a LiveKit server through a room of its own, which nobody else knows and which is removed at the end. */
export class SfuProbe implements AsyncDisposable {
  readonly #access: SfuAccess;
  readonly #clock: Clock;
  readonly #rooms: RoomServiceClient;
  readonly #name = `${PROBE_ROOM_PREFIX}${randomBytes(ROOM_RANDOM_BYTES).toString('base64url')}`;
  #room: Promise<string> | undefined;
  #facts: Promise<SfuFacts> | undefined;

  constructor(access: SfuAccess, clock: Clock) {
    this.#access = access;
    this.#clock = clock;
    const { apiUrl, apiKey, apiSecret } = access;
    const options = { requestTimeout: REQUEST_TIMEOUT_S, failover: false };
    this.#rooms = new RoomServiceClient(apiUrl, apiKey, apiSecret.expose(), options);
  }

  /** Makes the room, which takes the whole of the API key's rights. @throws {KeyRefused} @throws {Unreachable} */
  room(): Promise<string> {
    return (this.#room ??= this.#makeRoom());
  }

  async #makeRoom(): Promise<string> {
    try {
      await this.#rooms.createRoom({
        name: this.#name,
        emptyTimeout: EMPTY_TIMEOUT_S,
        departureTimeout: EMPTY_TIMEOUT_S,
      });
    } catch (error) {
      // Their messages are not shown: they are whatever stands at that address.
      if (v.is(refusedSchema, error)) throw new KeyRefused('refused');
      const text = v.is(answeredSchema, error) ? `it answers ${error.status}` : reasonOf(error);
      throw new Unreachable(text, { cause: error });
    }
    return this.#name;
  }

  /** A token for one client of the room, hidden from nobody: there is nobody. */
  async joinToken(): Promise<string> {
    const { apiKey, apiSecret } = this.#access;
    const identity = `probe-${randomBytes(ROOM_RANDOM_BYTES).toString('base64url')}`;
    const token = new AccessToken(apiKey, apiSecret.expose(), { identity, ttl: TOKEN_TTL_S });
    token.addGrant({ roomJoin: true, room: await this.room(), canPublish: true, canSubscribe: true });
    return await token.toJwt();
  }

  /** Joins as a client does, as far as the SFU's first answer. @throws {KeyRefused} @throws {Unreachable} */
  facts(signal: AbortSignal): Promise<SfuFacts> {
    return (this.#facts ??= this.#join(signal));
  }

  async #join(signal: AbortSignal): Promise<SfuFacts> {
    const url = `${this.#access.clientUrl.replace(/\/+$/, '')}/rtc?auto_subscribe=0&protocol=15&sdk=js`;
    // The token goes into the header: addresses end up in logs.
    const headers = { authorization: `Bearer ${await this.joinToken()}` };
    const { iceServers, serverInfo, serverVersion } = await firstAnswer(url, headers, signal);
    return { version: serverInfo?.version ?? serverVersion, iceUrls: iceServers.flatMap(({ urls }) => urls) };
  }

  /** Whether an agent of that name answers, within some seconds. */
  async isAgentThere(agentName: string, signal: AbortSignal): Promise<boolean> {
    const { apiUrl, apiKey, apiSecret } = this.#access;
    const room = await this.room();
    const options = { requestTimeout: REQUEST_TIMEOUT_S, failover: false };
    const dispatches = new AgentDispatchClient(apiUrl, apiKey, apiSecret.expose(), options);
    await dispatches.createDispatch(room, agentName, { metadata: AGENT_PROBE });
    const until = this.#clock.now() + AGENT_ANSWER_MS;
    while (this.#clock.now() < until && !signal.aborted) {
      const [found] = await this.#rooms.listRooms([room]);
      if (found?.metadata === AGENT_PRESENT) return true;
      await this.#clock.sleep(AGENT_POLL_MS, { signal });
    }
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isMade = await this.#room?.then(
      () => true,
      () => false,
    );
    // LiveKit removes it by itself when this fails.
    if (isMade === true) await this.#rooms.deleteRoom(this.#name).catch(() => undefined);
  }
}

function firstAnswer(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<JoinResponse> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers, followRedirects: false });
    const onAbort = (): void => socket.terminate();
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('close', () => {
      signal.removeEventListener('abort', onAbort);
      reject(new Unreachable('it closes the connection without an answer'));
    });
    socket.once('error', (error) => reject(new Unreachable(reasonOf(error), { cause: error })));
    socket.once('unexpected-response', (_request, { statusCode = 0 }) => {
      socket.terminate();
      const isRefused = statusCode === 401 || statusCode === 403;
      reject(
        isRefused ? new KeyRefused('refused') : new Unreachable(`it answers ${statusCode} instead of a WebSocket`),
      );
    });
    socket.on('message', (data) => {
      const bytes = Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data);
      const { message } = SignalResponse.fromBinary(bytes);
      if (message.case !== 'join') return;
      resolve(message.value);
      socket.send(new SignalRequest({ message: { case: 'leave', value: new LeaveRequest() } }).toBinary());
      socket.close();
    });
  });
}
