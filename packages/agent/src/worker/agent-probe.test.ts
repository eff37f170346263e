import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BearerSecret } from '@oracle-calls/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AGENT_PRESENT, PROBE_ROOM_PREFIX } from './agent-probe.ts';
import { createProbeAnswer } from './seat-removal.ts';

const asked: { path: string; body: unknown }[] = [];
let status = 200;
const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  request.on('end', () => {
    asked.push({ path: request.url ?? '', body: JSON.parse(text) });
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
});
beforeEach(async () => {
  asked.length = 0;
  status = 200;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

const answer = (room: string): Promise<boolean> => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createProbeAnswer({ url, apiKey: 'key', apiSecret: new BearerSecret('secret', 'test') })(room);
};

it('marks the room of a probe', async () => {
  const room = `${PROBE_ROOM_PREFIX}one`;
  expect(await answer(room)).toBe(true);
  expect(asked).toEqual([
    { path: '/twirp/livekit.RoomService/UpdateRoomMetadata', body: { room, metadata: AGENT_PRESENT } },
  ]);
});

it('writes on no other room, whoever asks', async () => {
  for (const room of ['', 'a-call', `x${PROBE_ROOM_PREFIX}`]) expect(await answer(room)).toBe(false);
  expect(asked).toEqual([]);
});

it('survives an SFU that refuses', async () => {
  status = 500;
  expect(await answer(`${PROBE_ROOM_PREFIX}two`)).toBe(false);
});
