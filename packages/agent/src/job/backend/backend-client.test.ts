import { BearerSecret, OracleCallError, parseCallId, parseSfuRoomName, toProblem } from '@oracle-calls/protocol';
import { STANDBY_WAIT_MS } from '@oracle-calls/protocol/http';
import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import { createBackendClient } from './backend-client.ts';

const room = parseSfuRoomName('lk-1');
const callId = parseCallId('$event@lk-1');
const KEY = 'agent-key-canary';

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

function client(answer: (sent: Sent) => Response | Promise<Response>) {
  const sent: Sent[] = [];
  const clock = new FakeClock();
  const backend = createBackendClient(
    'https://backend.example/base/',
    new BearerSecret(KEY, 'agent API key'),
    async (url, init) => {
      sent.push({ url, init });
      return answer({ url, init });
    },
    clock,
  );
  return { backend, sent, clock };
}

const json = (value: object, status = 200): Response => new Response(JSON.stringify(value), { status });
const problem = (
  code: 'ERR_CALL_TICKET' | 'ERR_AUTH_INVALID_AUTHENTICATION' | 'ERR_MATRIX_EVENT_NOT_FOUND' | 'ERR_MEMORY_ERASED',
): Response => {
  const body = toProblem(new OracleCallError(code));
  return json(body, body.status);
};
const claimed = { callId, callType: 'audio', sessionId: 's', userIdentity: 'u-1' };

describe('the backend as an agent sees it', () => {
  it('waits for a call for longer than for an answer', async () => {
    const ticket = 't'.repeat(43);
    const { backend, sent, clock } = client(() => json({ call: { ticket, roomId: room } }));
    expect(await backend.standby(0.5)).toEqual({ ticket, roomId: room });
    expect(sent[0]?.url).toBe('https://backend.example/base/agent/standby');
    expect(sent[0]?.init.body).toBe('{"load":0.5}');
    const silent = client(
      ({ init }) =>
        new Promise((_, reject) => {
          init.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
        }),
    );
    const waiting = silent.backend.standby(0).catch((cause: unknown) => cause);
    await silent.clock.advance(STANDBY_WAIT_MS + 4_999);
    expect(silent.clock.pendingTimers).toBe(1);
    await silent.clock.advance(1);
    expect(await waiting).toMatchObject({ code: 'ERR_UPSTREAM_BACKEND' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('is told when no call came', async () => {
    expect(await client(() => json({})).backend.standby(0)).toBeUndefined();
  });

  it('is told the trace once there is one', async () => {
    const traces: (string | null)[] = [];
    let traceparent: string | undefined;
    const backend = createBackendClient(
      'https://backend.example',
      new BearerSecret(KEY, 'agent API key'),
      async (_url, init) => {
        traces.push(new Headers(init.headers).get('traceparent'));
        return json(claimed);
      },
      new FakeClock(),
      () => traceparent,
    );
    await backend.claim('ticket-12345678901234567890', room);
    traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
    await backend.endCall(callId, 'hangup');
    expect(traces).toEqual([null, traceparent]);
  });

  it('trades a ticket for the call', async () => {
    const { backend, sent } = client(() => json(claimed));
    expect(await backend.claim('ticket-12345678901234567890', room)).toEqual(claimed);
    expect(sent[0]?.url).toBe('https://backend.example/base/agent/claim');
    expect(sent[0]?.init).toMatchObject({
      method: 'POST',
      body: JSON.stringify({ ticket: 'ticket-12345678901234567890', roomId: 'lk-1' }),
      headers: { authorization: `Bearer ${KEY}` },
      redirect: 'error',
    });
  });

  it('gives the sealed key of a call', async () => {
    const key = { encryptionKey: '04ab', userDid: 'did:example:u', oracleDid: 'did:example:o' };
    const { backend, sent } = client(() => json(key));
    expect(await backend.fetchKey(callId)).toEqual(key);
    expect(sent[0]?.url).toBe('https://backend.example/base/calls/$event@lk-1/key');
    expect(sent[0]?.init.method).toBe('GET');
  });

  it('is told how a call ended', async () => {
    const { backend, sent } = client(() => json({}));
    await backend.endCall(callId, 'connection-lost');
    expect(sent[0]?.url).toBe('https://backend.example/base/calls/$event@lk-1/update');
    expect(sent[0]?.init.body).toBe(JSON.stringify({ callStatus: 'ended', endReason: 'connection-lost' }));
  });

  it('keeps a memory, and is told when its user has erased it', async () => {
    const { backend, sent } = client(() => json({}));
    await backend.keepMemory(callId, new Uint8Array([255, 254]), 7);
    expect(sent[0]?.url).toBe('https://backend.example/base/calls/$event@lk-1/memory');
    expect(sent[0]?.init.body).toBe(JSON.stringify({ record: '__4', erasedAt: 7 }));
    await backend.eraseMemory(callId);
    expect([sent[1]?.url, sent[1]?.init.method]).toEqual([sent[0]?.url, 'DELETE']);
    const refusing = client(() => problem('ERR_MEMORY_ERASED'));
    await expect(refusing.backend.keepMemory(callId, new Uint8Array(1), 0)).rejects.toMatchObject({
      code: 'ERR_MEMORY_ERASED',
    });
  });

  it.each(['ERR_CALL_TICKET', 'ERR_AUTH_INVALID_AUTHENTICATION', 'ERR_MATRIX_EVENT_NOT_FOUND'] as const)(
    'passes on the refusal %s',
    async (code) => {
      const { backend } = client(() => problem(code));
      await expect(backend.fetchKey(callId)).rejects.toEqual(expect.objectContaining({ code }));
    },
  );

  it.each([
    ['is not reached', () => Promise.reject(new TypeError('fetch failed'))],
    ['answers with a page', () => new Response('<h1>502</h1>', { status: 502 })],
    ['answers without end', () => new Response('x'.repeat(70_000))],
  ])('is retryable when it %s', async (_what, answer) => {
    const { backend } = client(answer);
    await expect(backend.fetchKey(callId)).rejects.toEqual(
      expect.objectContaining({ code: 'ERR_UPSTREAM_BACKEND', retryable: true }),
    );
  });

  it('is not believed when its answer has another shape', async () => {
    const { backend } = client(() => json({ callId: 'nonsense' }));
    await expect(backend.claim('ticket-12345678901234567890', room)).rejects.toEqual(
      expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }),
    );
  });

  const hanging = ({ init }: Sent): Promise<Response> =>
    new Promise((_resolve, reject) => {
      init.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
    });

  it('is given up when it does not answer', async () => {
    const { backend, clock } = client(hanging);
    const refused = expect(backend.fetchKey(callId)).rejects.toEqual(
      expect.objectContaining({ code: 'ERR_UPSTREAM_BACKEND' }),
    );
    await clock.advance(10_000);
    await refused;
    expect(clock.pendingTimers).toBe(0);
  });

  it('is left when the caller aborts, with the reason as it is', async () => {
    const { backend } = client(hanging);
    const abort = new AbortController();
    const reason = new Error('hung up');
    const refused = expect(backend.fetchKey(callId, { signal: abort.signal })).rejects.toBe(reason);
    abort.abort(reason);
    await refused;
  });

  it('never appears with the key in an error', async () => {
    const { backend } = client(() => problem('ERR_AUTH_INVALID_AUTHENTICATION'));
    const error: unknown = await backend.fetchKey(callId).catch((cause: unknown) => cause);
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(KEY);
  });
});
