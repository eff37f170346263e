import type { MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix';
import {
  CALL_EVENT_TYPE,
  createRingAnswer,
  createSfuRoomName,
  OracleCallError,
  parseMatrixEventId,
  parseRingAnswer,
  RING_ANSWER_EVENT_TYPE,
  RING_CLOCK_SKEW_MS,
  RING_EVENT_TYPE,
  SecretBytes,
  type Logger,
  type MatrixEventId,
  type RingAnswerStatus,
} from '@oracle-calls/protocol';
import { sealSignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import { createRawKeySigner } from '@oracle-calls/protocol/signing';
import type { ScriptedEvent } from '@oracle-calls/testing';
import { beforeAll, expect, test } from 'vitest';
import {
  ALICE,
  createScene,
  MALLORY,
  ORACLE,
  ORACLE_DID,
  ROOM,
  type SceneOptions,
} from '../call/call-scene.fixture.ts';
import { oracleKeysOf } from '../call/scripted-protocol.fixture.ts';
import { MemoryKeyPins } from '../key-pins/key-pin-store.ts';
import { OPEN_RINGS_MAX, OPEN_RINGS_OF_ONE_MAX } from './ring-desk.ts';
import type { Ring } from './rings.ts';

// From then on it is there within an instant of the fake clock.
beforeAll(() => import('./ring-desk.ts'));

const LIFETIME_MS = 30_000;
const OTHER_ROOM = '!another:localhost' as MatrixRoomId;

/** A device that has called the oracle before, listens for rings and writes down what it hears. */
async function createPhone({ hasCalled = true, ...options }: SceneOptions & { readonly hasCalled?: boolean } = {}) {
  const logged: string[] = [];
  const note = (message: string, fields?: object): void =>
    void logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  const scene = createScene({ logger, ...options });
  if (hasCalled) {
    await (await scene.liveCall()).endCall();
    await scene.clock.settle();
  }
  scene.resolved.length = 0;
  scene.matrix.prepared.length = 0;
  const heard: Ring[] = [];
  const listening = scene.core.rings.observe((told) => heard.push(told));
  const statuses = (): string[] => heard.map(({ status }) => status);
  return { ...scene, logged, heard, statuses, listening };
}
type Phone = Awaited<ReturnType<typeof createPhone>>;

interface RingSetup {
  readonly content?: Readonly<Record<string, unknown>>;
  readonly event?: Partial<ScriptedEvent>;
}

/** The oracle rings, or somebody forges that. */
async function ring({ matrix, clock }: Phone, { content = {}, event = {} }: RingSetup = {}): Promise<MatrixEventId> {
  const { eventId } = matrix.receive({
    ...{ matrixRoomId: ROOM, sender: ORACLE, type: RING_EVENT_TYPE },
    content: {
      ...{ v: 1, oracleDid: ORACLE_DID, userId: ALICE, callType: 'audio', lifetimeMs: LIFETIME_MS },
      ringStartedAt: new Date(clock.now()).toISOString(),
      ...content,
    },
    ...event,
  });
  await clock.settle();
  return eventId;
}

interface AnswerSetup {
  readonly sender?: MatrixUserId;
  readonly matrixRoomId?: MatrixRoomId;
  readonly about?: MatrixEventId;
}

async function answer(
  { matrix, clock }: Phone,
  ringEventId: MatrixEventId,
  ringStatus: RingAnswerStatus,
  { sender = ORACLE, matrixRoomId = ROOM, about = ringEventId }: AnswerSetup = {},
): Promise<void> {
  const answeredAt = new Date(clock.now()).toISOString();
  const call = ringStatus === 'accepted' ? { callId: '$call@lk-room' as never } : {};
  const content = createRingAnswer({ ringEventId, ringStatus, answeredAt, ...call });
  matrix.receive({
    ...{ matrixRoomId, sender, type: RING_ANSWER_EVENT_TYPE },
    content: { ...content, 'm.relates_to': { rel_type: 'm.reference', event_id: about } },
  });
  await clock.settle();
}

/** A call event of another device, whose signed context names a ring. */
async function callElsewhere({ matrix, clock }: Phone, ringEventId: MatrixEventId, sender = ALICE): Promise<void> {
  const signer = createRawKeySigner({ algorithm: 'Ed25519', privateKey: SecretBytes.random(32, 'user key') });
  const sfuRoomName = createSfuRoomName();
  const now = clock.now();
  const { envelopeHex } = await sealSignedEnvelope({
    callKey: SecretBytes.random(32, 'call key'),
    call: {
      ...{ callType: 'audio', sfuRoomName, sessionId: 'session-1', matrixRoomId: ROOM, matrixSender: sender },
      ...{ matrixOracle: ORACLE, callPublicKey: new Uint8Array(32), comparisonCommitment: new Uint8Array(32) },
      ...{ notBefore: now, notAfter: now + 60_000, ringEventId },
    },
    oracle: oracleKeysOf(ORACLE_DID, 'a'),
    signer,
  });
  matrix.receive({
    ...{ matrixRoomId: ROOM, sender, type: CALL_EVENT_TYPE },
    content: {
      ...{ callType: 'audio', callStatus: 'pending', callStartedAt: new Date(now).toISOString() },
      ...{ encryptionKey: envelopeHex, sessionId: 'session-1', roomId: sfuRoomName },
      ...{ userDid: signer.did, oracleDid: ORACLE_DID },
    },
  });
  await clock.settle();
}

test('a ring of an oracle that was called before rings, with what it says, for its lifetime by this clock', async () => {
  const phone = await createPhone();
  const ringEventId = await ring(phone, { content: { callType: 'video', sessionId: 's-7', reason: 'It is ready.' } });
  const expected = {
    ...{ ringEventId, oracleDid: ORACLE_DID, type: 'video', sessionId: 's-7', reason: 'It is ready.' },
    ...{ lapsesAt: phone.clock.now() + LIFETIME_MS, status: 'ringing' },
  };
  expect(phone.heard).toEqual([expected]);
  expect(phone.core.rings.current).toBe(phone.heard[0]);
  await phone.clock.advance(LIFETIME_MS - 1);
  expect(phone.statuses()).toEqual(['ringing']);
  await phone.clock.advance(1);
  expect(phone.statuses()).toEqual(['ringing', 'lapsed']);
  expect(phone.core.rings.current).toBeUndefined();
});

test('nothing of rings is listened to before somebody does, and nothing is left when the calls are closed', async () => {
  const scene = createScene();
  expect(scene.matrix.listenerCount).toBe(0);
  const phone = await createPhone();
  await ring(phone);
  await phone.core.close();
  await ring(phone);
  expect(phone.leftOpen()).toEqual([]);
  expect(phone.statuses()).toEqual(['ringing']);
});

test('before it rings, keys and account are judged as for a call, and the room is held to its two members', async () => {
  const phone = await createPhone();
  await ring(phone);
  expect(phone.matrix.prepared).toEqual([ROOM]);
  expect(phone.logged.join('\n')).not.toContain('ring refused');
});

test('accepting places a call whose signed context names the ring, in its session', async () => {
  const phone = await createPhone();
  const ringEventId = await ring(phone, { content: { callType: 'video', sessionId: 's-7' } });
  const [rung] = phone.heard;
  if (rung === undefined) throw new Error('It does not ring.');
  const call = phone.core.rings.accept(rung);
  expect(call).toMatchObject({ type: 'video', oracleDid: ORACLE_DID, sessionId: 's-7' });
  expect(phone.core.currentCall).toBe(call);
  await phone.clock.settle();
  expect(phone.protocol.sealed.at(-1)).toMatchObject({ call: { ringEventId } });
  expect(phone.statuses()).toEqual(['ringing', 'accepted']);
  expect(() => phone.core.rings.accept(rung)).toThrow(expect.objectContaining({ code: 'ERR_CALL_ENDED' }));
  await call.endCall();
});

test('an abort before the call is placed leaves the ring as it is', async () => {
  const phone = await createPhone();
  await ring(phone);
  const [rung] = phone.heard;
  const signal = AbortSignal.abort(new Error('no'));
  expect(() => rung !== undefined && phone.core.rings.accept(rung, { signal })).toThrow('no');
  expect(phone.core.rings.current).toBe(rung);
});

test('declining stops at once, and tells the oracle and the other devices in the ring’s room', async () => {
  const phone = await createPhone();
  const ringEventId = await ring(phone);
  const [rung] = phone.heard;
  if (rung === undefined) throw new Error('It does not ring.');
  const told = phone.core.rings.decline(rung);
  expect(phone.statuses()).toEqual(['ringing', 'declined']);
  await told;
  const sent = phone.matrix.sent.at(-1);
  expect(sent).toMatchObject({ type: RING_ANSWER_EVENT_TYPE, matrixRoomId: ROOM, peer: ORACLE });
  expect(parseRingAnswer(sent?.content)).toMatchObject({ ringEventId, ringStatus: 'declined' });
  const before = phone.matrix.sent.length;
  await phone.core.rings.decline(rung);
  expect(phone.matrix.sent).toHaveLength(before);
});

test('a decline that Matrix does not take is told to the caller, and the ring is declined here', async () => {
  const phone = await createPhone();
  await ring(phone);
  const [rung] = phone.heard;
  phone.matrix.failure = new OracleCallError('ERR_MATRIX_SEND');
  await expect(rung === undefined ? undefined : phone.core.rings.decline(rung)).rejects.toMatchObject({
    code: 'ERR_MATRIX_SEND',
  });
  expect(phone.core.rings.current).toBeUndefined();
});

test.each<[string, string, (phone: Phone, ringEventId: MatrixEventId) => Promise<void>]>([
  ['another device declines', 'elsewhere', (phone, id) => answer(phone, id, 'declined', { sender: ALICE })],
  ['another device calls back', 'elsewhere', (phone, id) => callElsewhere(phone, id)],
  ['the oracle’s side says that it was accepted', 'elsewhere', (phone, id) => answer(phone, id, 'accepted')],
  ['the oracle takes it back', 'cancelled', (phone, id) => answer(phone, id, 'cancelled')],
  ['the oracle’s side says that it lapsed', 'lapsed', (phone, id) => answer(phone, id, 'lapsed')],
])('it stops when %s', async (_words, status, stop) => {
  const phone = await createPhone();
  const ringEventId = await ring(phone);
  await stop(phone, ringEventId);
  expect(phone.statuses()).toEqual(['ringing', status]);
  expect(phone.core.rings.current).toBeUndefined();
  await phone.clock.advance(LIFETIME_MS);
  expect(phone.statuses()).toEqual(['ringing', status]);
});

test.each<[string, (phone: Phone, ringEventId: MatrixEventId) => Promise<void>]>([
  ['another user takes it back', (phone, id) => answer(phone, id, 'cancelled', { sender: MALLORY })],
  ['another user declines', (phone, id) => answer(phone, id, 'declined', { sender: MALLORY })],
  ['the oracle declines it in the person’s name', (phone, id) => answer(phone, id, 'declined')],
  ['it is taken back in another room', (phone, id) => answer(phone, id, 'cancelled', { matrixRoomId: OTHER_ROOM })],
  [
    'the relation names it and the ciphertext another',
    (phone, id) => answer(phone, parseMatrixEventId('$another'), 'cancelled', { about: id }),
  ],
  [
    'the ciphertext names it and the relation another',
    (phone, id) => answer(phone, id, 'cancelled', { about: parseMatrixEventId('$another') }),
  ],
  ['somebody else’s call names it', (phone, id) => callElsewhere(phone, id, MALLORY)],
])('it goes on when %s; the twin by who may say so stops it', async (_words, forge) => {
  const phone = await createPhone();
  const ringEventId = await ring(phone);
  await forge(phone, ringEventId);
  expect(phone.statuses()).toEqual(['ringing']);
  await answer(phone, ringEventId, 'cancelled');
  expect(phone.statuses()).toEqual(['ringing', 'cancelled']);
});

/** Who must not make a phone ring; each row is an honest ring but for one thing. */
const ATTACKS: readonly [string, RingSetup, ((phone: Phone) => void)?][] = [
  ['another user', { event: { sender: MALLORY } }],
  ['another oracle, which was never called', { content: { oracleDid: 'did:ixo:mallory' }, event: { sender: MALLORY } }],
  ['the oracle’s account in the name of another oracle', { content: { oracleDid: 'did:ixo:mallory' } }],
  ['a ring that was meant for somebody else', { content: { userId: MALLORY } }],
  ['an event that relates to another', { content: { 'm.relates_to': { rel_type: 'm.replace', event_id: '$a' } } }],
  ['a ring from the future', { content: { ringStartedAt: '2027-01-01T00:00:00Z' } }],
  ['a ring of an unknown version', { content: { v: 2 } }],
  ['a ring that lasts a day', { content: { lifetimeMs: 86_400_000 } }],
  ['a field that nobody knows', { content: { ringtone: 'https://evil.example/ring.mp3' } }],
  ['an event of another type', { event: { type: 'm.room.message' } }],
  [
    'the account of before, when the oracle’s document names another',
    {},
    ({ shown, clock: _clock }) => void (shown.matrixUserId = MALLORY),
  ],
  [
    'an oracle whose keys have changed without a word',
    {},
    ({ shown }) => void (shown.keys = oracleKeysOf(ORACLE_DID, 'b')),
  ],
];

test.each(ATTACKS)('no phone rings for %s; the honest ring beside it does', async (_words, attack, prepare) => {
  const phone = await createPhone();
  await phone.clock.advance(10 * 60_000);
  const { keys, matrixUserId } = phone.shown;
  prepare?.(phone);
  await ring(phone, attack);
  expect(phone.heard).toEqual([]);
  await phone.clock.advance(LIFETIME_MS);
  expect(phone.heard).toEqual([]);
  Object.assign(phone.shown, { keys, matrixUserId });
  await ring(phone);
  expect(phone.statuses()).toEqual(['ringing']);
});

test('with the account’s pin and the document out of the way, the same ring of another user rings', async () => {
  const attack = { event: { sender: MALLORY } };
  const honest = await createPhone();
  await ring(honest, attack);
  expect(honest.heard).toEqual([]);
  const keyPins = new MemoryKeyPins();
  const fooled = createScene({ keyPins });
  fooled.shown.matrixUserId = MALLORY;
  await (await fooled.liveCall()).endCall();
  const twin = await createPhone({ hasCalled: false, keyPins });
  twin.shown.matrixUserId = MALLORY;
  await ring(twin, attack);
  expect(twin.statuses()).toEqual(['ringing']);
});

test.each(['ERR_MATRIX_MEMBERS', 'ERR_MATRIX_CROSS_SIGNING', 'ERR_MATRIX_IDENTITY_CHANGED'] as const)(
  'no phone rings in a room that a call would not be sent into: %s',
  async (code) => {
    const phone = await createPhone();
    const prepareToSend = phone.matrix.prepareToSend.bind(phone.matrix);
    phone.matrix.prepareToSend = () => Promise.reject(new OracleCallError(code));
    await ring(phone);
    expect(phone.heard).toEqual([]);
    phone.matrix.prepareToSend = prepareToSend;
    await ring(phone);
    expect(phone.statuses()).toEqual(['ringing']);
  },
);

test('an oracle that was never called from here rings nobody, and nothing is asked of whom it names', async () => {
  const stranger = await createPhone({ hasCalled: false });
  await ring(stranger);
  expect(stranger.heard).toEqual([]);
  expect(stranger.resolved).toEqual([]);
  expect(stranger.matrix.prepared).toEqual([]);
});

test('the oracle that the application was made for may ring first, under the account that its document names', async () => {
  const deps = { oracleDid: ORACLE_DID };
  const phone = await createPhone({ hasCalled: false, deps });
  await ring(phone, { event: { sender: MALLORY } });
  expect(phone.heard).toEqual([]);
  await ring(phone);
  expect(phone.statuses()).toEqual(['ringing']);
});

test('a ring that is delivered again, or under the same id by somebody else, rings once', async () => {
  const phone = await createPhone();
  const eventId = await ring(phone);
  await answer(phone, eventId, 'cancelled');
  await ring(phone, { event: { eventId } });
  await ring(phone, { event: { eventId, sender: MALLORY } });
  expect(phone.statuses()).toEqual(['ringing', 'cancelled']);
});

test('a ring that was missed is told as lapsed and never rings, and nothing is asked for it', async () => {
  const phone = await createPhone();
  const late = phone.clock.now() - LIFETIME_MS - RING_CLOCK_SKEW_MS;
  await ring(phone, { content: { ringStartedAt: new Date(late).toISOString() } });
  expect(phone.statuses()).toEqual(['lapsed']);
  expect(phone.resolved).toEqual([]);
  // The twin: one that came within the bound rings for what is left.
  await ring(phone, { content: { ringStartedAt: new Date(late + 5_000).toISOString() } });
  expect(phone.statuses()).toEqual(['lapsed', 'ringing']);
  await phone.clock.advance(5_000);
  expect(phone.statuses()).toEqual(['lapsed', 'ringing', 'lapsed']);
});

test('a missed ring of a stranger is not told either', async () => {
  const phone = await createPhone();
  const late = phone.clock.now() - 2 * 60 * 60_000;
  await ring(phone, {
    content: { ringStartedAt: new Date(late).toISOString() },
    event: { sender: MALLORY },
  });
  expect(phone.heard).toEqual([]);
});

test('a clock that is slow or fast within the bound rings, and never longer than the lifetime', async () => {
  const phone = await createPhone();
  const ahead = new Date(phone.clock.now() + RING_CLOCK_SKEW_MS).toISOString();
  await ring(phone, { content: { ringStartedAt: ahead } });
  expect(phone.heard[0]?.lapsesAt).toBe(phone.clock.now() + LIFETIME_MS);
});

test('what ended a ring may come before it, and while it is checked', async () => {
  const phone = await createPhone();
  const early = parseMatrixEventId('$early');
  await answer(phone, early, 'cancelled');
  await ring(phone, { event: { eventId: early } });
  expect(phone.statuses()).toEqual(['cancelled']);
  // One by somebody who may not say so is not kept either.
  const forged = parseMatrixEventId('$forged');
  await answer(phone, forged, 'cancelled', { sender: MALLORY });
  await ring(phone, { event: { eventId: forged } });
  expect(phone.statuses()).toEqual(['cancelled', 'ringing']);
});

test('a second ring waits while the first rings, then rings for what is left of it', async () => {
  const phone = await createPhone();
  const first = await ring(phone);
  await phone.clock.advance(10_000);
  await ring(phone);
  expect(phone.statuses()).toEqual(['ringing']);
  await answer(phone, first, 'cancelled');
  expect(phone.statuses()).toEqual(['ringing', 'cancelled', 'ringing']);
  await phone.clock.advance(LIFETIME_MS);
  expect(phone.statuses()).toEqual(['ringing', 'cancelled', 'ringing', 'lapsed']);
});

test('a ring during a call waits, and is missed when the call goes on for longer', async () => {
  const phone = await createPhone();
  const call = await phone.liveCall();
  await ring(phone);
  await phone.clock.advance(LIFETIME_MS - 1_000);
  expect(phone.heard).toEqual([]);
  await phone.clock.advance(1_000);
  expect(phone.statuses()).toEqual(['lapsed']);
  await ring(phone);
  await call.endCall();
  await phone.clock.settle();
  expect(phone.statuses()).toEqual(['lapsed', 'ringing']);
});

test('whoever places another call while it rings has missed the ring here', async () => {
  const phone = await createPhone();
  await ring(phone);
  const call = phone.placeCall();
  expect(phone.statuses()).toEqual(['ringing', 'lapsed']);
  await call.endCall();
});

test('a resolver that is away for a moment delays the ring; away for longer, it does not ring', async () => {
  let isAway = true;
  const keyPins = new MemoryKeyPins();
  await (await createScene({ keyPins }).liveCall()).endCall();
  const away = async (): Promise<never> => {
    throw new OracleCallError('ERR_DID_NOT_RESOLVED');
  };
  const home = { did: ORACLE_DID, backendUrl: 'http://127.0.0.1:8080', keys: oracleKeysOf(ORACLE_DID, 'a') };
  const resolveOracle = async () => (isAway ? await away() : { ...home, keyRotations: [], matrixUserId: ORACLE });
  const phone = await createPhone({ hasCalled: false, keyPins, deps: { resolveOracle } });
  await ring(phone);
  expect(phone.heard).toEqual([]);
  isAway = false;
  await phone.clock.advance(1_000);
  expect(phone.statuses()).toEqual(['ringing']);
  isAway = true;
  await phone.clock.advance(10 * 60_000);
  await ring(phone);
  await phone.clock.advance(LIFETIME_MS + 1_000);
  // By its account it was the oracle's: shown as missed.
  expect(phone.statuses()).toEqual(['ringing', 'lapsed', 'lapsed']);
});

test('a flood of rings is bounded: what is too much is dropped, not queued', async () => {
  const phone = await createPhone();
  for (let count = 0; count < OPEN_RINGS_OF_ONE_MAX + 5; count += 1) await ring(phone);
  expect(phone.logged.filter((line) => line.includes('ERR_RATE_LIMITED'))).toHaveLength(5);
  await phone.clock.advance(LIFETIME_MS);
  expect(phone.statuses().filter((status) => status === 'lapsed')).toHaveLength(OPEN_RINGS_OF_ONE_MAX);
});

test('what was missed in a long absence is told, and takes no room from what rings', async () => {
  const phone = await createPhone();
  const ringStartedAt = new Date(phone.clock.now() - 3_600_000).toISOString();
  const missed = Array.from({ length: OPEN_RINGS_MAX }, () => ring(phone, { content: { ringStartedAt } }));
  await Promise.all([...missed, ring(phone)]);
  expect(phone.statuses().filter((status) => status === 'lapsed')).toHaveLength(OPEN_RINGS_MAX);
  expect(phone.statuses()).toContain('ringing');
});

test('the rings of one account leave room for those of others; as many by as many accounts do not', async () => {
  const phone = await createPhone();
  /** In one sync, before anything of them is looked up. */
  const flood = async (senderOf: (count: number) => MatrixUserId): Promise<void> => {
    const all = Array.from({ length: OPEN_RINGS_MAX }, (_, count) =>
      ring(phone, { event: { sender: senderOf(count) } }),
    );
    all.push(ring(phone));
    await Promise.all(all);
  };
  await flood(() => MALLORY);
  expect(phone.statuses()).toEqual(['ringing']);
  expect(phone.logged.filter((line) => line.includes('ERR_KEY_CHANGED'))).toHaveLength(OPEN_RINGS_OF_ONE_MAX);
  await phone.clock.advance(LIFETIME_MS);
  expect(phone.statuses()).toEqual(['ringing', 'lapsed']);
  // The twin: where no account has more than its share, all there is room for is taken.
  await flood((count) => `@mallory-${count}:localhost` as MatrixUserId);
  expect(phone.statuses()).toEqual(['ringing', 'lapsed']);
});

test('a listener that throws keeps neither the ring nor the others from going on', async () => {
  const phone = await createPhone();
  using _broken = phone.core.rings.observe(() => {
    throw new Error('a bug of the application');
  });
  const ringEventId = await ring(phone);
  await answer(phone, ringEventId, 'cancelled');
  expect(phone.statuses()).toEqual(['ringing', 'cancelled']);
  expect(phone.logged.join('\n')).toContain('ring listener failed');
});
