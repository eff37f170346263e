import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRingClient, type RingClient } from '@oracle-calls/agent/rings';
import { readBearerFile } from '@oracle-calls/agent/oracle-key';
import { parseMatrixUserId } from '@oracle-calls/matrix';
import { RING_EVENT_TYPE, RING_EVENT_VERSION, RING_LIFETIME_MIN_MS } from '@oracle-calls/protocol';
import { ringRecordSchema, type RingRecord } from '@oracle-calls/protocol/http';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keptSecret } from '../../dev/process/private-file.ts';
import { startStack, type Stack } from '../../dev/stack/stack.ts';
import { ensureToolchain } from '../../dev/toolchain/toolchain.ts';
import { until } from './agent/until.ts';
import { Phone } from './ring/phone.ts';

const CLI = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));

let stack: Stack;
let stateDir: string;
let apiKeyFile: string;
let rings: RingClient;
/** One of Alice's devices has called the oracle; the other's application was made for it. */
let phone: Phone;
let tablet: Phone;
const log: string[] = [];
const open = new AsyncDisposableStack();

beforeAll(async () => {
  await ensureToolchain({ chromium: false });
  stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-ring-'));
  open.defer(() => rm(stateDir, { recursive: true, force: true }));
  stack = open.use(
    await startStack({
      ...{ stateDir, preferredPorts: 'any', web: false, agent: false },
      log: (part, line) => void log.push(`${part} | ${line}`),
    }),
  );
  apiKeyFile = join(stack.paths.oracleDir, 'agent-api-key');
  const apiKey = await readBearerFile(apiKeyFile, 'API key');
  rings = createRingClient({ backendUrl: stack.backendUrl, apiKey });
  phone = open.use(await Phone.open(stack, stack.users.alice));
  tablet = open.use(await Phone.open(stack, stack.users.alice, { ownOracle: stack.oracleDid }));
});
afterAll(() => open.disposeAsync());

const request = (): { userId: string; callType: 'audio' } => ({ userId: stack.users.alice.userId, callType: 'audio' });

/** `oracle-calls ring`, as a process of its own. */
async function ringByCommand(...more: readonly string[]): Promise<{ record: RingRecord; exitCode: number | string }> {
  const args = ['--backend', stack.backendUrl, '--api-key-file', apiKeyFile, '--json', ...more];
  const { promise, resolve } = Promise.withResolvers<{ record: RingRecord; exitCode: number | string }>();
  execFile(process.execPath, [CLI, 'ring', stack.users.alice.userId, ...args], (error, stdout) => {
    resolve({ record: v.parse(ringRecordSchema, JSON.parse(stdout)), exitCode: error?.code ?? 0 });
  });
  return await promise;
}

test('nobody is rung before they have called', async () => {
  await expect(rings.ring(request())).rejects.toMatchObject({ code: 'ERR_RING_STRANGER' });
  const call = phone.calls.callOracle({ type: 'audio', oracleDid: stack.oracleDid });
  await until(() => call.callId !== undefined, 'the call event');
  await until(() => log.some((line) => line.includes('call accepted')), 'the backend to take the call');
  await call.endCall();
  await until(() => log.some((line) => line.includes('call ended')), 'the backend to end the call');
});

test('the operator rings Alice: both devices ring, one accepts with a call that names the ring, the other stops', async () => {
  const command = ringByCommand('--reason', 'Your report is ready.', '--wait');
  await until(() => phone.status === 'ringing' && tablet.status === 'ringing', 'both devices to ring');
  const rung = phone.calls.rings.current;
  if (rung === undefined) throw new Error('It does not ring.');
  expect(rung).toMatchObject({ oracleDid: stack.oracleDid, type: 'audio', reason: 'Your report is ready.' });
  expect(tablet.calls.rings.current?.ringEventId).toBe(rung.ringEventId);
  const call = phone.calls.rings.accept(rung);
  await tablet.hears(rung.ringEventId, 'ringing', 'elsewhere');
  const { record, exitCode } = await command;
  expect(record).toMatchObject({ ringId: rung.ringEventId, ringStatus: 'accepted', callId: call.callId });
  expect(exitCode).toBe(0);
  await expect(rings.ring(request())).rejects.toMatchObject({ code: 'ERR_RING_IN_PROGRESS' });
  await call.endCall();
  await until(async () => (await rings.find(record.ringId)).ringStatus === 'accepted', 'the ring');
});

/** Rings once the call of before is over at the backend. */
async function ringAlice(changes: object = {}): Promise<RingRecord> {
  let record: RingRecord | undefined;
  await until(async () => {
    record = await rings.ring({ ...request(), ...changes }).catch(() => undefined);
    return record !== undefined;
  }, 'a ring');
  if (record === undefined) throw new Error('It does not ring.');
  return record;
}

test('Alice declines on one device: the other stops, and the oracle is told', async () => {
  const record = await ringAlice();
  const [rung] = await Promise.all([phone.hears(record.ringId, 'ringing'), tablet.hears(record.ringId, 'ringing')]);
  await phone.calls.rings.decline(rung);
  await phone.hears(record.ringId, 'ringing', 'declined');
  await tablet.hears(record.ringId, 'ringing', 'elsewhere');
  expect(await rings.whenOver(record.ringId)).toMatchObject({ ringStatus: 'declined' });
});

test('the oracle takes a ring back: both devices stop', async () => {
  const record = await ringAlice();
  await Promise.all([phone, tablet].map((device) => device.hears(record.ringId, 'ringing')));
  expect(await rings.cancel(record.ringId)).toMatchObject({ ringStatus: 'cancelled' });
  await Promise.all([phone, tablet].map((device) => device.hears(record.ringId, 'ringing', 'cancelled')));
});

test('a ring that nobody answers lapses on both devices and, over a restart, at the backend', async () => {
  const record = await ringAlice({ lifetimeMs: RING_LIFETIME_MIN_MS });
  await stack.restartBackend();
  await Promise.all([phone, tablet].map((device) => device.hears(record.ringId, 'ringing', 'lapsed')));
  expect(await rings.whenOver(record.ringId)).toMatchObject({ ringStatus: 'lapsed' });
});

/** What an honest ring says. */
const forgery = (): object => ({
  v: RING_EVENT_VERSION,
  ...{ oracleDid: stack.oracleDid, userId: stack.users.alice.userId, callType: 'audio', lifetimeMs: 60_000 },
  ringStartedAt: new Date().toISOString(),
});

test('a ring in plaintext by the oracle’s own account, and one by another user in an encrypted room, ring nowhere', async () => {
  const heardBefore = [phone.heard.length, tablet.heard.length];
  const room = await phone.matrix.findOrCreateRoom(parseMatrixUserId(stack.oracleUserId));
  const password = await keptSecret(join(stateDir, 'accounts', 'oracle.password'));
  const api = `${stack.homeserverUrl}/_matrix/client/v3`;
  const login = await fetch(`${api}/login`, {
    method: 'POST',
    body: JSON.stringify({
      ...{ type: 'm.login.password', password },
      identifier: { type: 'm.id.user', user: stack.oracleUserId },
    }),
  });
  const { access_token: token } = (await login.json()) as { access_token: string };
  const sent = await fetch(`${api}/rooms/${encodeURIComponent(room)}/send/${RING_EVENT_TYPE}/plain-ring`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(forgery()),
  });
  expect(sent.status).toBe(200);

  await using bob = await Phone.open(stack, stack.users.bob);
  const alice = parseMatrixUserId(stack.users.alice.userId);
  const bobsRoom = await bob.matrix.findOrCreateRoom(alice);
  await until(() => phone.client.getRoom(bobsRoom) !== null, 'the invitation');
  await phone.client.joinRoom(bobsRoom);
  const arrived: string[] = [];
  using _listening = phone.matrix.observeEvents(({ eventId }) => arrived.push(eventId));
  const forged = await bob.matrix.sendEvent(bobsRoom, RING_EVENT_TYPE, forgery(), {
    ...{ transactionId: 'forged-ring', peer: alice },
  });
  // It came, was decrypted, and is Bob's.
  await until(() => arrived.includes(forged), 'the forged ring');

  // The twin: the same content by the oracle's signed device rings, after both of these.
  const record = await ringAlice();
  await Promise.all([phone, tablet].map((device) => device.hears(record.ringId, 'ringing')));
  expect([phone.heard.length - 1, tablet.heard.length - 1]).toEqual(heardBefore);
  await rings.cancel(record.ringId);
});
