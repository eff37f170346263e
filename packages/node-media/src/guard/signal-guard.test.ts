import { once } from 'node:events';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { JoinResponse, ParticipantInfo, SignalRequest, SignalResponse } from '@livekit/protocol';
import { systemClock } from '@oracle-calls/protocol';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { createTestCertificates } from '@oracle-calls/testing/certificates';
import { CONNECT_MAX_MS, MAX_ANSWER_BYTES, MAX_MESSAGE_BYTES } from './guard-limits.ts';
import { guardScene, open, ScriptedSfu } from './scripted-sfu.fixture.ts';
import { startSignalGuard } from './signal-guard.ts';

const joinAs = (identity: string): Uint8Array =>
  new SignalResponse({
    message: { case: 'join', value: new JoinResponse({ participant: new ParticipantInfo({ identity, sid: 'PA_1' }) }) },
  }).toBinary();

async function opened(url: string): Promise<WebSocket> {
  const outcome = await open(url);
  if (outcome.kind === 'refused') throw new Error(`refused with ${outcome.status}`);
  return outcome.socket;
}

async function closed(socket: WebSocket): Promise<{ readonly code: unknown; readonly reason: string }> {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
  return { code, reason: reason.toString() };
}

describe('the way to the SFU', () => {
  it.each(['/rtc?sdk=node&auto_subscribe=0', '/rtc/v1?join_request=CAES%2B'])(
    'keeps path, query and join token of %s, and nothing else',
    async (target) => {
      await using scene = await guardScene('/livekit/');
      const socket = await opened(`${scene.guard.url}${target}`);
      expect(scene.sfu.asked).toEqual([`GET /livekit${target} Bearer join`]);
      socket.terminate();
    },
  );

  it('carries messages both ways', async () => {
    await using scene = await guardScene();
    const socket = await opened(`${scene.guard.url}/rtc`);
    const server = await scene.sfu.taken;
    server.send(joinAs('agent'));
    const [data] = (await once(socket, 'message')) as [Buffer];
    const { message } = SignalResponse.fromBinary(data);
    expect(message.case === 'join' && message.value.participant?.identity).toBe('agent');
    const request = new SignalRequest({ message: { case: 'ping', value: 5n } }).toBinary();
    const heard = once(server, 'message');
    socket.send(request);
    await heard;
    expect(scene.sfu.heard.map((one) => new Uint8Array(one))).toEqual([request]);
    expect(scene.refused).toEqual([]);
    socket.terminate();
  });

  it('is closed to whoever does not know the secret path, on loopback only', async () => {
    await using scene = await guardScene();
    const url = new URL(scene.guard.url);
    expect(url.hostname).toBe('127.0.0.1');
    const secret = url.pathname;
    expect(secret.length).toBeGreaterThan(40);
    const paths = [
      '/rtc',
      '/rtc/v1',
      `${secret.slice(0, -1)}x/rtc`,
      `${secret.slice(0, 10)}/rtc`,
      `${secret}/other`,
      secret,
    ];
    for (const path of paths) {
      expect(await open(`ws://${url.host}${path}`)).toEqual({ kind: 'refused', status: 404 });
      expect((await fetch(`http://${url.host}${path}/validate`)).status).toBe(404);
    }
    expect(scene.sfu.asked).toEqual([]);
  });

  it('passes on why joining was refused', async () => {
    await using scene = await guardScene();
    scene.sfu.upgrade = 404;
    expect(await open(`${scene.guard.url}/rtc/v1`)).toEqual({ kind: 'refused', status: 404 });
    scene.sfu.upgrade = 401;
    expect(await open(`${scene.guard.url}/rtc`)).toEqual({ kind: 'refused', status: 401 });
    const asked = `${scene.guard.url.replace('ws:', 'http:')}/rtc/validate?sdk=node`;
    const answer = await fetch(asked, { headers: { authorization: 'Bearer join', 'x-other': '1' } });
    expect([answer.status, await answer.text()]).toEqual([401, 'no permissions']);
    expect(scene.sfu.asked.at(-1)).toBe('GET /rtc/validate?sdk=node Bearer join');
    expect((await fetch(asked, { method: 'POST' })).status).toBe(404);
  });

  it('cuts an answer that is too long', async () => {
    await using scene = await guardScene();
    scene.sfu.answer = { status: 401, body: Buffer.alloc(MAX_ANSWER_BYTES + 1) };
    const answer = await fetch(`${scene.guard.url.replace('ws:', 'http:')}/rtc/validate`).then(
      (response) => response.arrayBuffer(),
      (cause: unknown) => cause,
    );
    expect(answer).toBeInstanceOf(Error);
  });

  it('gives up on an SFU that does not answer', async () => {
    await using scene = await guardScene();
    scene.sfu.upgrade = 'ignore';
    const opening = open(`${scene.guard.url}/rtc`);
    await expect.poll(() => scene.sfu.asked.length).toBe(1);
    await scene.clock.advance(CONNECT_MAX_MS);
    expect(await opening).toEqual({ kind: 'refused', status: 504 });
  });

  it('says so when there is no SFU', async () => {
    const gone = new ScriptedSfu();
    const port = await gone.listen();
    await gone[Symbol.asyncDispose]();
    const options = { ownIdentity: 'agent', clock: systemClock, onRefused: () => undefined };
    await using guard = await startSignalGuard({ sfuUrl: `ws://127.0.0.1:${port}`, ...options });
    expect(await open(`${guard.url}/rtc`)).toEqual({ kind: 'refused', status: 502 });
    expect((await fetch(`${guard.url.replace('ws:', 'http:')}/rtc/validate`)).status).toBe(502);
    await expect(startSignalGuard({ sfuUrl: 'file:///etc', ...options })).rejects.toMatchObject({
      code: 'ERR_MEDIA_CONNECT',
    });
  });

  it('ends when the guard is closed', async () => {
    await using scene = await guardScene();
    const socket = await opened(`${scene.guard.url}/rtc`);
    const gone = closed(socket);
    await scene.guard.close();
    expect((await gone).code).toBe(1006);
  });
});

describe('an SFU with a certificate', () => {
  it('is believed only if its certificate is', async () => {
    const { caCert, server } = createTestCertificates('localhost');
    await using sfu = new ScriptedSfu(server);
    const sfuUrl = `wss://localhost:${await sfu.listen()}`;
    await using guard = await startSignalGuard({
      sfuUrl,
      ownIdentity: 'agent',
      clock: systemClock,
      onRefused: () => undefined,
    });
    expect(await open(`${guard.url}/rtc`)).toEqual({ kind: 'refused', status: 502 });
    expect(sfu.asked).toEqual([]);
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, caCert]);
    try {
      const socket = await opened(`${guard.url}/rtc`);
      expect(sfu.asked).toEqual(['GET /rtc Bearer join']);
      socket.terminate();
    } finally {
      setDefaultCACertificates(before);
    }
  });
});

describe('what the guard does not let through', () => {
  it('makes it leave the room in place of the library', async () => {
    await using scene = await guardScene();
    const socket = await opened(`${scene.guard.url}/rtc`);
    const gone = closed(socket);
    (await scene.sfu.taken).send(joinAs('somebody'));
    await gone;
    await expect
      .poll(() => scene.sfu.heard.map((one) => SignalRequest.fromBinary(one).message.case))
      .toEqual(['leave']);
  });

  const cases: readonly (readonly [string, string | Uint8Array, string])[] = [
    ['another identity', joinAs('somebody'), 'ERR_MEDIA_IDENTITY'],
    // An empty answer to an offer, were it binary.
    ['text', '\u0012\u0000', 'ERR_MEDIA_SIGNALLING'],
    ['bytes that do not decode', Uint8Array.of(0x0a, 0xff), 'ERR_MEDIA_SIGNALLING'],
    ['too long a message', new Uint8Array(MAX_MESSAGE_BYTES + 1), 'ERR_MEDIA_SIGNALLING'],
  ];
  it.each(cases)('%s: the connection ends, and there is no other', async (_what, message, code) => {
    await using scene = await guardScene();
    const socket = await opened(`${scene.guard.url}/rtc`);
    const heard: unknown[] = [];
    socket.on('message', (data) => heard.push(data));
    const gone = closed(socket);
    (await scene.sfu.taken).send(message);
    expect(await gone).toEqual({ code: 1008, reason: code });
    expect(scene.refused.map((error) => error.code)).toEqual([code]);
    expect(heard).toEqual([]);
    expect(await open(`${scene.guard.url}/rtc`)).toEqual({ kind: 'refused', status: 404 });
    expect(scene.sfu.asked.length).toBe(1);
  });
});
