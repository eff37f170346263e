import type { DIDDocument, Resolvable } from 'did-resolver';
import { afterEach, expect, test } from 'vitest';
import { createSfuRoomName, OracleCallError } from '@oracle-calls/protocol';
import { createDidResolver } from '@oracle-calls/protocol/did';
import type { CallFacts } from '@oracle-calls/protocol/signed-envelope';
import type { CallSigner } from '@oracle-calls/protocol/signing';
import { USER_KEY_TIMEOUT_MS } from '../envelope-check/envelope-check.ts';
import { ORACLE_KEYS_MIN_AGE_MS } from '../envelope-check/oracle-keys-source.ts';
import { createSigner, oracleDocument, sealCall } from './seal-call.ts';
import { expectProblem, MALLORY, MALLORY_ROOM, ORACLE_DID, TestBackend, type PlacedCall } from './test-backend.ts';

let backend: TestBackend;
afterEach(() => backend[Symbol.asyncDispose]());

/** Knows the oracle's document, which a test may change, and every `did:key`. */
class TestResolver implements Resolvable {
  document = oracleDocument();
  /** While set, resolving a DID that begins so fails as with a resolver that is away. */
  away: string | undefined;
  asked: string[] = [];
  readonly #keys = createDidResolver();

  async resolve(did: string): ReturnType<Resolvable['resolve']> {
    this.asked.push(did);
    if (this.away !== undefined && did.startsWith(this.away)) throw new OracleCallError('ERR_DID_NOT_RESOLVED');
    if (did !== ORACLE_DID) return await this.#keys.resolve(did);
    return { didDocument: this.document, didDocumentMetadata: {}, didResolutionMetadata: {} };
  }
}

let resolver: TestResolver;

async function start(setup: Parameters<typeof TestBackend.start>[0] = {}): Promise<void> {
  resolver = new TestResolver();
  backend = await TestBackend.start({ didResolver: resolver, options: { olderProtocol: 'refuse' }, ...setup });
}

const HOUR_MS = 60 * 60_000;

interface Placing {
  /** What the envelope says otherwise than the event. */
  readonly facts?: Partial<CallFacts>;
  /** What the event says otherwise. */
  readonly event?: Readonly<Record<string, unknown>>;
  readonly document?: DIDDocument;
  readonly signer?: CallSigner;
  /** Changes the envelope's text afterwards. */
  readonly change?: (envelopeHex: string) => string;
  readonly scripted?: Parameters<TestBackend['placeCall']>[1];
}

/** A call as an honest SDK places it, but for what the test changes; its event has not arrived yet. */
async function prepare(placing: Placing = {}): Promise<PlacedCall> {
  const { facts, event = {}, document = resolver.document, signer = createSigner(), scripted } = placing;
  const sfuRoomName = createSfuRoomName();
  const content = backend.content(sfuRoomName);
  const envelopeHex = await sealCall({ content, now: backend.clock.now(), facts, document, signer });
  const encryptionKey = placing.change?.(envelopeHex) ?? envelopeHex;
  return backend.prepareCall({ ...content, userDid: signer.did, encryptionKey, ...event }, scripted);
}

async function place(placing: Placing = {}): Promise<PlacedCall> {
  const call = await prepare(placing);
  backend.matrix.deliver(call.event);
  await backend.backend.settled();
  return call;
}

async function expectRefused(call: PlacedCall, status: number, code: OracleCallError['code']): Promise<void> {
  expect(await backend.statusOf(call)).toBeUndefined();
  expectProblem(await backend.sync(call, call.event.sender.userId), status, code);
}

test('a signed envelope that says what the event says is taken, its signature checked', async () => {
  await start();
  const call = await place();
  expect(await backend.statusOf(call)).toBe('pending');
  expect(backend.logged('envelope signature unchecked')).toEqual([]);
  expect(resolver.asked).toContain(call.content['userDid']);
});

test('a bare envelope is refused unless the older protocol is allowed by name', async () => {
  await start();
  await expectRefused(await backend.placeCall(), 422, 'ERR_ENVELOPE_DOWNGRADE');
});

test('where the older protocol is allowed, a bare envelope is taken and anything else is not', async () => {
  await start({ options: { olderProtocol: 'allow' } });
  expect(await backend.statusOf(await backend.placeCall())).toBe('pending');
  await expectRefused(await backend.placeCall({ encryptionKey: '05ff' }), 422, 'ERR_ENVELOPE_MALFORMED');
});

test.each<[string, Placing]>([
  ['type of call', { facts: { callType: 'video' } }],
  ['SFU room', { facts: { sfuRoomName: createSfuRoomName() } }],
  ['session', { facts: { sessionId: 'another' } }],
  ['Matrix room', { facts: { matrixRoomId: '!another:localhost' } }],
  ['sender', { facts: { matrixSender: MALLORY } }],
  ['account of the oracle', { facts: { matrixOracle: MALLORY } }],
  ['user', { event: { userDid: 'did:ixo:another' } }],
])('an envelope for another %s is refused', async (_words, placing) => {
  await start();
  await expectRefused(await place(placing), 422, 'ERR_ENVELOPE_CONTEXT');
});

test('who sends the event is what Matrix says, so that nobody can send another’s envelope', async () => {
  await start();
  const call = await place({ scripted: { sender: MALLORY } });
  await expectRefused(call, 422, 'ERR_ENVELOPE_CONTEXT');
});

test.each([
  ['has expired', -2 * HOUR_MS],
  ['is not valid yet', HOUR_MS],
])('an envelope that %s is refused', async (_words, shiftMs) => {
  await start();
  const notBefore = backend.clock.now() + shiftMs;
  const call = await place({ facts: { notBefore, notAfter: notBefore + HOUR_MS } });
  await expectRefused(call, 422, 'ERR_ENVELOPE_EXPIRED');
});

test('an envelope sealed to other keys of the oracle is refused', async () => {
  await start();
  await expectRefused(await place({ document: oracleDocument() }), 422, 'ERR_ENVELOPE_CONTEXT');
});

const flipLast = (hex: string): string => hex.slice(0, -1) + (hex.endsWith('0') ? '1' : '0');

test('an envelope whose signature is not the user’s is refused', async () => {
  await start();
  await expectRefused(await place({ change: flipLast }), 422, 'ERR_ENVELOPE_SIGNATURE');
});

test('a key that the user’s document does not have is refused', async () => {
  await start();
  const signer = createSigner();
  const methodId = `${signer.did}#another`;
  await expectRefused(await place({ signer: { ...signer, methodId } }), 422, 'ERR_DID_DOCUMENT');
});

test.each([
  ['is no envelope', (hex: string) => hex.slice(0, 40)],
  ['is written in capitals', (hex: string) => hex.toUpperCase()],
])('bytes that begin as a signed envelope but %s are refused', async (_words, change) => {
  await start();
  await expectRefused(await place({ change }), 422, 'ERR_ENVELOPE_MALFORMED');
});

test.each([
  ['user’s', 'did:key:', 'user document'],
  ['oracle’s', 'did:ixo:', 'oracle document'],
])('while the %s document cannot be had the call is taken, and the log says so', async (_words, away, missing) => {
  await start();
  resolver.away = away;
  await backend.pass(11 * 60_000);
  await backend.restart();
  const call = await place({ change: flipLast });
  expect(await backend.statusOf(call)).toBe('pending');
  expect(backend.logged('envelope signature unchecked')).toMatchObject([{ eventId: call.eventId, missing }]);
  await expectRefused(await place({ facts: { matrixSender: MALLORY } }), 422, 'ERR_ENVELOPE_CONTEXT');
});

test('without a resolver names and times are checked all the same', async () => {
  await start({ didResolver: undefined, options: { olderProtocol: 'refuse' } });
  expect(await backend.statusOf(await place({ change: flipLast }))).toBe('pending');
  expect(backend.logged('envelope signature unchecked')).toMatchObject([{ missing: 'resolver' }]);
  await expectRefused(await place({ facts: { matrixSender: MALLORY } }), 422, 'ERR_ENVELOPE_CONTEXT');
});

test('keys that the oracle has just published are read before a call to them is refused', async () => {
  await start();
  expect(await backend.statusOf(await place())).toBe('pending');
  await backend.pass(ORACLE_KEYS_MIN_AGE_MS);
  resolver.document = oracleDocument();
  expect(await backend.statusOf(await place())).toBe('pending');
  // Bad envelopes cannot make us ask all day.
  const asked = resolver.asked.filter((did) => did === ORACLE_DID).length;
  await expectRefused(await place({ document: oracleDocument() }), 422, 'ERR_ENVELOPE_CONTEXT');
  expect(resolver.asked.filter((did) => did === ORACLE_DID)).toHaveLength(asked);
});

test('a signed context is used once, also with its envelope signed again', async () => {
  await start();
  resolver.away = 'did:key:';
  const call = await place();
  const again = { ...call.content, encryptionKey: flipLast(String(call.content['encryptionKey'])) };
  const replay = await backend.placeCall(again);
  await expectRefused(replay, 409, 'ERR_CALL_REPLAYED');
});

test('a user’s resolver that takes its time holds up nobody else', async () => {
  await start();
  const slow = createSigner();
  const resolve = resolver.resolve.bind(resolver);
  const never = new Promise<never>(() => undefined);
  resolver.resolve = (did) => (did === slow.did ? never : resolve(did));
  const waiting = await prepare({
    signer: slow,
    facts: { matrixSender: MALLORY, matrixRoomId: MALLORY_ROOM },
    scripted: { sender: MALLORY, matrixRoomId: MALLORY_ROOM },
  });
  const call = await prepare();
  backend.matrix.deliver(waiting.event);
  backend.matrix.deliver(call.event);
  const sync = await backend.sync(call);
  expect(sync.status).toBe(200);
  expect(await backend.statusOf(waiting)).toBeUndefined();
  await backend.pass(USER_KEY_TIMEOUT_MS);
  expect(await backend.statusOf(waiting)).toBe('pending');
});
