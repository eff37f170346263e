import { createServer } from 'node:http';
import { TokenVerifier } from 'livekit-server-sdk';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BearerSecret, createSfuRoomName } from '@oracle-calls/protocol';
import { createLiveKitSfuControl } from './livekit-sfu-control.ts';
import type { SfuControl } from './sfu-control.ts';

const API_KEY = 'key';
const API_SECRET = 'a-secret-that-is-long-enough-for-a-signature';

interface ApiRequest {
  readonly method: string;
  readonly body: Record<string, unknown>;
}

let requests: ApiRequest[];
let answer: { status: number; body: object };
let server: ReturnType<typeof createServer>;
let sfu: SfuControl;

beforeEach(async () => {
  requests = [];
  answer = { status: 200, body: {} };
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      requests.push({ method: request.url?.split('/').at(-1) ?? '', body });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  sfu = createLiveKitSfuControl({
    apiUrl: `http://127.0.0.1:${String(port)}`,
    apiKey: API_KEY,
    apiSecret: new BearerSecret(API_SECRET, 'secret'),
  });
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

test('a join token lets one identity into one room and grants nothing else', async () => {
  const sfuRoomName = createSfuRoomName();
  const token = await sfu.createJoinToken({ sfuRoomName, identity: 'u-1', ttlMs: 120_000 });
  const claims = await new TokenVerifier(API_KEY, API_SECRET).verify(token.expose());
  expect(claims).toEqual({
    iss: API_KEY,
    sub: 'u-1',
    nbf: expect.any(Number) as number,
    exp: expect.any(Number) as number,
    video: {
      roomJoin: true,
      room: sfuRoomName,
      canPublish: true,
      canPublishSources: ['microphone', 'camera', 'screen_share'],
      canSubscribe: true,
      canPublishData: true,
      canUpdateOwnMetadata: false,
      hidden: false,
    },
  });
  const { exp, nbf } = v.parse(v.looseObject({ exp: v.number(), nbf: v.number() }), claims);
  expect(exp - nbf).toBeLessThanOrEqual(121);
});

test('a room is made with its agent, who is told a ticket and nothing else', async () => {
  const sfuRoomName = createSfuRoomName();
  const agentTicket = new BearerSecret('the-ticket', 'ticket');
  await sfu.createRoom({ sfuRoomName, agentName: 'oracle-1', agentTicket }, 'dispatch');
  expect(requests).toMatchObject([
    { method: 'CreateRoom', body: { name: sfuRoomName, agents: [{ agentName: 'oracle-1', metadata: 'the-ticket' }] } },
  ]);
  expect(requests[0]?.body['metadata'] ?? '').toBe('');
});

test('a room whose agent is on its way calls nobody, nameless agents included, and is told no ticket', async () => {
  const sfuRoomName = createSfuRoomName();
  const agentTicket = new BearerSecret('the-ticket', 'ticket');
  await sfu.createRoom({ sfuRoomName, agentName: 'oracle-1', agentTicket }, 'on-its-way');
  expect(requests).toMatchObject([{ body: { name: sfuRoomName, agents: [{ agentName: 'oracle-calls:nobody' }] } }]);
  expect(JSON.stringify(requests)).not.toContain('the-ticket');
});

test('another agent is dispatched with a ticket and nothing else', async () => {
  const sfuRoomName = createSfuRoomName();
  await sfu.dispatchAgent({
    sfuRoomName,
    agentName: 'oracle-1',
    agentTicket: new BearerSecret('another-ticket', 'ticket'),
  });
  expect(requests).toEqual([
    { method: 'CreateDispatch', body: { room: sfuRoomName, agentName: 'oracle-1', metadata: 'another-ticket' } },
  ]);
});

test('participants are told apart by kind', async () => {
  answer.body = { participants: [{ identity: 'u-1' }, { identity: 'a', kind: 'AGENT' }] };
  expect(await sfu.listParticipants(createSfuRoomName())).toEqual([
    { identity: 'u-1', isAgent: false },
    { identity: 'a', isAgent: true },
  ]);
});

test('a room that is not there is deleted already and has nobody in it', async () => {
  answer = { status: 404, body: { code: 'not_found', msg: 'requested room does not exist' } };
  await sfu.deleteRoom(createSfuRoomName());
  expect(await sfu.listParticipants(createSfuRoomName())).toEqual([]);
});

test('an SFU that refuses or is not there is unavailable', async () => {
  answer = { status: 401, body: { code: 'unauthenticated', msg: 'no' } };
  const name = createSfuRoomName();
  const unavailable = { code: 'ERR_UPSTREAM_SFU' };
  const room = { sfuRoomName: name, agentName: 'oracle-1', agentTicket: new BearerSecret('t', 't') };
  await expect(sfu.ping()).rejects.toMatchObject(unavailable);
  await expect(sfu.deleteRoom(name)).rejects.toMatchObject(unavailable);
  await expect(sfu.listParticipants(name)).rejects.toMatchObject(unavailable);
  await expect(sfu.dispatchAgent(room)).rejects.toMatchObject(unavailable);
  await expect(sfu.createRoom(room, 'dispatch')).rejects.toMatchObject(unavailable);
});

test('an SFU that answers is there', async () => {
  await expect(sfu.ping()).resolves.toBeUndefined();
});
