import { OracleCallError, parseCallEvent, SecretBytes } from '@oracle-calls/protocol';
import { signKeyRotation } from '@oracle-calls/protocol/key-pin';
import { createRawKeySigner } from '@oracle-calls/protocol/signing';
import { expect, test } from 'vitest';
import { createScene, MemoryStorage, ORACLE, ORACLE_DID } from './call/call-scene.fixture.ts';
import { oracleKeysOf } from './call/scripted-protocol.fixture.ts';
import { MemoryKeyPins } from './key-pins/key-pin-store.ts';
import { ORACLE_CACHE_MS } from './oracle/oracle-directory.ts';
import { RESUME_OFFER_MS } from './session/interrupted-calls.ts';

const audio = { type: 'audio', oracleDid: ORACLE_DID } as const;

test('a second call while one is in progress is ERR_CALL_IN_PROGRESS, until the first has ended', async () => {
  const scene = createScene();
  const first = await scene.liveCall();
  expect(() => scene.core.callOracle(audio)).toThrow(expect.objectContaining({ code: 'ERR_CALL_IN_PROGRESS' }));
  const ended = first.endCall();
  expect(() => scene.core.callOracle(audio)).toThrow(expect.objectContaining({ code: 'ERR_CALL_IN_PROGRESS' }));
  await ended;
  await scene.clock.settle();
  await scene.core.callOracle(audio).endCall();
});

test('whoever observes hears of each call before its first notice, until they stop; one who throws stops nobody', async () => {
  const scene = createScene();
  const heard: string[] = [];
  scene.core.observe(() => {
    throw new TypeError('not my day');
  });
  const observation = scene.core.observe((call) => {
    heard.push(call.state.kind);
    call.on('state', ({ state }) => heard.push(state.kind));
  });
  const call = await scene.liveCall();
  expect(heard.slice(0, 2)).toEqual(['Idle', 'Preparing']);
  await call.endCall();
  await scene.clock.settle();
  expect(heard.at(-1)).toBe('Ended');
  observation[Symbol.dispose]();
  const count = heard.length;
  await scene.core.callOracle(audio).endCall();
  expect(heard).toHaveLength(count);
});

test.each([
  ['type', { ...audio, type: 'telepathy' }],
  ['oracleDid', { ...audio, oracleDid: 'oracle' }],
  ['sessionId', { ...audio, sessionId: 'a b' }],
  ['agentVoice', { ...audio, agentVoice: 'x'.repeat(65) }],
  ['language', { ...audio, language: 'English, please' }],
  ['ringEventId', { ...audio, ringEventId: 'ring' }],
])('a bad %s is ERR_PROTOCOL_MALFORMED and nothing is sent', (field, options) => {
  const scene = createScene();
  let thrown: unknown;
  try {
    scene.core.callOracle(options as typeof audio);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: 'ERR_PROTOCOL_MALFORMED' });
  expect(JSON.stringify((thrown as OracleCallError).details)).toContain(field);
  expect(scene.sfu.connections).toEqual([]);
});

test('callOracle takes the type alone for the oracle that the calls were made for, and refuses it where there is none', async () => {
  for (const wanted of ['video', { type: 'video' }] as const) {
    const scene = createScene({ deps: { oracleDid: ORACLE_DID } });
    const call = scene.core.callOracle(wanted);
    await scene.clock.settle();
    expect(parseCallEvent(scene.matrix.sent[0]?.content)).toMatchObject({ callType: 'video', oracleDid: ORACLE_DID });
    await call.endCall();
  }
  const malformed = expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }) as Error;
  expect(() => createScene().core.callOracle('audio')).toThrow(malformed);
});

test('a signal that has aborted already rethrows its reason and places no call', () => {
  const scene = createScene();
  const reason = new Error('too late');
  expect(() => scene.core.callOracle(audio, { signal: AbortSignal.abort(reason) })).toThrow(reason);
  expect(scene.core.currentCall).toBeUndefined();
});

test('wishes about voice and language stand in the event', async () => {
  const scene = createScene();
  const call = scene.core.callOracle({ ...audio, agentVoice: 'joe', language: 'en-GB' });
  await scene.clock.settle();
  expect(parseCallEvent(scene.matrix.sent[0]?.content)).toMatchObject({ agentVoice: 'joe', language: 'en-GB' });
  await call.endCall();
});

test('preparing resolves the oracle, its room, its session and the backend token once, and the call uses the document', async () => {
  const scene = createScene();
  await scene.core.prepare({ oracleDid: ORACLE_DID });
  expect(scene.matrix.roomsAskedFor).toEqual([ORACLE]);
  expect(scene.matrix.prepared).toHaveLength(1);
  expect(scene.backend.of('prepare')).toHaveLength(1);
  expect(scene.sfu.prepared).toBe(1);
  await (await scene.liveCall()).endCall();
  expect(scene.resolved).toEqual([ORACLE_DID]);
});

test('preparing warms the protocol up, and keeps no pin: the call is still the first contact', async () => {
  const scene = createScene();
  await scene.core.prepare({ oracleDid: ORACLE_DID });
  expect(scene.protocol.warmedUp).toEqual([ORACLE]);
  expect((await scene.liveCall()).security.keyState).toBe('first-contact');
});

test('preparing for an oracle whose keys have changed is refused', async () => {
  const keyPins = new MemoryKeyPins();
  await (await createScene({ keyPins }).liveCall()).endCall();
  const scene = createScene({ keyPins });
  scene.shown.keys = oracleKeysOf(ORACLE_DID, 'b');
  await expect(scene.core.prepare({ oracleDid: ORACLE_DID })).rejects.toMatchObject({ code: 'ERR_KEY_CHANGED' });
  expect(scene.backend.requests).toEqual([]);
});

test('a person can accept changed keys; then the oracle can be called, under keys that nobody compared', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  const pinned = call.security.keyFingerprints;
  await call.confirmComparisonCode(true);
  await call.endCall();
  await scene.clock.advance(ORACLE_CACHE_MS);
  scene.shown.keys = oracleKeysOf(ORACLE_DID, 'b');
  expect(await scene.placeCall().whenEnded()).toMatchObject({ error: { code: 'ERR_KEY_CHANGED' } });
  await scene.clock.settle();
  const { previous, current } = await scene.core.acceptChangedKeys({ oracleDid: ORACLE_DID });
  expect(previous).toEqual(pinned);
  const next = await scene.liveCall();
  expect(next.security).toMatchObject({ keyState: 'same', isVerified: false, keyFingerprints: current });
  await expect(scene.core.acceptChangedKeys({ oracleDid: ORACLE_DID, expected: pinned })).rejects.toMatchObject({
    code: 'ERR_KEY_CHANGED',
  });
});

test('an accepted key is what the document shows now, not what was resolved before', async () => {
  const scene = createScene();
  await scene.core.prepare({ oracleDid: ORACLE_DID });
  scene.shown.keys = oracleKeysOf(ORACLE_DID, 'b');
  await scene.core.acceptChangedKeys({ oracleDid: ORACLE_DID });
  expect(scene.resolved).toHaveLength(2);
  expect((await scene.liveCall()).security.keyState).toBe('same');
});

test('keys that another tab accepted are followed although this tab has the old document', async () => {
  const keyPins = new MemoryKeyPins();
  const scene = createScene({ keyPins });
  await scene.core.prepare({ oracleDid: ORACLE_DID });
  const other = createScene({ keyPins });
  other.shown.keys = oracleKeysOf(ORACLE_DID, 'b');
  await other.core.acceptChangedKeys({ oracleDid: ORACLE_DID });
  scene.shown.keys = oracleKeysOf(ORACLE_DID, 'b');
  expect((await scene.liveCall()).security.keyState).toBe('same');
});

test('marking an oracle as verified counts for its pinned keys, and for the call in progress', async () => {
  const scene = createScene();
  await expect(scene.core.markVerified({ oracleDid: ORACLE_DID })).rejects.toMatchObject({ code: 'ERR_KEY_CHANGED' });
  const call = await scene.liveCall();
  await scene.core.markVerified({ oracleDid: ORACLE_DID });
  expect(call.security.isVerified).toBe(true);
  await call.endCall();
  await scene.core.markVerified({ oracleDid: ORACLE_DID });
  await scene.clock.settle();
  expect((await scene.liveCall()).security.isVerified).toBe(true);
});

test('a rotation that the oracle signed is told, in the first call only', async () => {
  const scene = createScene();
  const identity = SecretBytes.random(32, 'identity');
  const signer = createRawKeySigner({
    algorithm: 'Ed25519',
    privateKey: identity,
    name: { did: ORACLE_DID, methodId: `${ORACLE_DID}#identity` },
  });
  const before = oracleKeysOf(ORACLE_DID, 'a');
  scene.shown.keys = { ...before, identityKey: { ...before.identityKey, publicKey: signer.publicKey } };
  await (await scene.liveCall()).endCall();
  const after = oracleKeysOf(ORACLE_DID, 'b');
  const next = { did: ORACLE_DID, signingKey: after.identityKey, envelopeKey: after.envelopeKey };
  scene.shown.keys = after;
  scene.shown.keyRotations = [await signKeyRotation(signer, { sequence: 1, issuedAt: 1, next })];
  await scene.clock.advance(ORACLE_CACHE_MS);
  await scene.core.prepare({ oracleDid: ORACLE_DID });
  const rotated = await scene.liveCall();
  expect(rotated.security).toMatchObject({ keyState: 'rotated', isVerified: false });
  await rotated.endCall();
  await scene.clock.settle();
  expect((await scene.liveCall()).security.keyState).toBe('same');
});

test('an SFU that a call was sent to is connected to ahead of the next', async () => {
  const scene = createScene();
  await (await scene.liveCall()).endCall();
  await scene.core.prepare({ oracleDid: ORACLE_DID });
  expect(scene.sfu.warmed).toEqual(['ws://127.0.0.1:7880']);
});

test('a DID document is resolved again when it is old', async () => {
  const scene = createScene();
  await scene.core.prepare({ oracleDid: ORACLE_DID });
  await scene.clock.advance(ORACLE_CACHE_MS);
  await scene.core.prepare({ oracleDid: ORACLE_DID });
  expect(scene.resolved).toEqual([ORACLE_DID, ORACLE_DID]);
});

test('a backend that is down does not keep from preparing; an unknown oracle does', async () => {
  const scene = createScene();
  scene.backend.refuse('prepare', new OracleCallError('ERR_UPSTREAM_BACKEND'));
  await expect(scene.core.prepare({ oracleDid: ORACLE_DID })).resolves.toBeUndefined();
  const unknown = createScene({
    deps: { resolveOracle: () => Promise.reject(new OracleCallError('ERR_DID_NOT_RESOLVED')) },
  });
  await expect(unknown.core.prepare({ oracleDid: ORACLE_DID })).rejects.toMatchObject({ code: 'ERR_DID_NOT_RESOLVED' });
  await expect(unknown.core.prepare({ oracleDid: 'nobody' })).rejects.toMatchObject({ code: 'ERR_PROTOCOL_MALFORMED' });
});

test('an oracle with a changed Matrix identity is called only after a person has approved it', async () => {
  const scene = createScene();
  scene.matrix.changedIdentities.add(ORACLE);
  const refused = scene.core.callOracle(audio);
  expect(await refused.whenEnded()).toMatchObject({ error: { code: 'ERR_MATRIX_IDENTITY_CHANGED' } });
  expect(scene.matrix.sent).toEqual([]);
  await scene.core.approveChangedIdentity({ oracleDid: ORACLE_DID });
  await scene.liveCall();
  expect(scene.matrix.sent).not.toEqual([]);
});

test('nothing is approved for an oracle whose keys do not stand, or after an abort', async () => {
  const resolveOracle = () => Promise.reject(new OracleCallError('ERR_DID_DOCUMENT'));
  const scene = createScene({ deps: { resolveOracle } });
  scene.matrix.changedIdentities.add(ORACLE);
  const { core } = scene;
  await expect(core.approveChangedIdentity({ oracleDid: ORACLE_DID })).rejects.toMatchObject({
    code: 'ERR_DID_DOCUMENT',
  });
  await expect(core.approveChangedIdentity({ oracleDid: 'oracle' })).rejects.toMatchObject({
    code: 'ERR_PROTOCOL_MALFORMED',
  });
  const given = { signal: AbortSignal.abort(new Error('left')) };
  await expect(core.approveChangedIdentity({ oracleDid: ORACLE_DID }, given)).rejects.toThrow('left');
  expect([...scene.matrix.changedIdentities]).toEqual([ORACLE]);
});

test('preparing stops with the reason of its abort', async () => {
  const scene = createScene();
  const gate = scene.matrix.holdRoom();
  const controller = new AbortController();
  const outcome = expect(scene.core.prepare({ oracleDid: ORACLE_DID }, { signal: controller.signal })).rejects.toThrow(
    'left',
  );
  await scene.clock.settle();
  controller.abort(new Error('left'));
  gate.open();
  await outcome;
});

test('an oracle that cannot be resolved ends the call with that error, and nothing was sent', async () => {
  const scene = createScene({ deps: { resolveOracle: () => Promise.reject(new OracleCallError('ERR_DID_DOCUMENT')) } });
  const call = scene.core.callOracle(audio);
  expect(await call.whenEnded()).toMatchObject({ error: { code: 'ERR_DID_DOCUMENT' } });
  expect(scene.matrix.sent).toEqual([]);
  expect(scene.leftOpen()).toEqual([]);
});

test('a call that a reload interrupted is offered, and the next call ends it as replaced', async () => {
  const storage = new MemoryStorage();
  const before = createScene({ storage });
  const interrupted = await before.liveCall();
  expect(before.core.interruptedCall()).toBeUndefined();
  before.core.pageHidden();
  // The page is loaded again: same tab, same account, same homeserver, nothing else.
  const after = createScene({ storage });
  for (const [eventId, event] of before.matrix.events) after.matrix.events.set(eventId, event);
  const offer = after.core.interruptedCall();
  expect(offer).toMatchObject({
    callId: interrupted.callId,
    oracleDid: ORACLE_DID,
    callType: 'audio',
    sessionId: 'session-1',
  });
  const resumed = after.core.callOracle({ ...audio, sessionId: offer?.sessionId });
  await after.clock.settle();
  expect(after.core.interruptedCall()).toBeUndefined();
  const replaced = { callId: interrupted.callId, callStatus: 'ended', endReason: 'replaced' };
  expect(after.matrix.edits).toContainEqual(expect.objectContaining(replaced));
  expect(after.backend.of('end')).toContainEqual({ kind: 'end', callId: interrupted.callId, reason: 'replaced' });
  const started = after.matrix.sent.find(({ content }) => 'encryptionKey' in content);
  expect(parseCallEvent(started?.content).sessionId).toBe('session-1');
  expect(resumed.callId).not.toBe(interrupted.callId);
  await resumed.endCall();
  expect(storage.items.size).toBe(0);
  expect(after.leftOpen()).toEqual([]);
});

test('an interrupted call is not offered for long, nor is what somebody else wrote there', async () => {
  const storage = new MemoryStorage();
  const before = createScene({ storage });
  await before.liveCall();
  before.core.pageHidden();
  const after = createScene({ storage });
  await after.clock.advance(RESUME_OFFER_MS + 1);
  expect(after.core.interruptedCall()).toBeUndefined();
  const key = [...storage.items.keys()][0] ?? '';
  for (const text of ['not json', '{}', JSON.stringify({ callId: 'x' })]) {
    storage.setItem(key, text);
    expect(after.core.interruptedCall()).toBeUndefined();
  }
});

test('what is remembered of a call holds no key and no envelope', async () => {
  const storage = new MemoryStorage();
  const scene = createScene({ storage });
  await scene.liveCall();
  expect([...storage.items.values()].join()).not.toMatch(/10ab|key|token/i);
});

test('an interrupted call of another account is left alone', async () => {
  const storage = new MemoryStorage();
  const before = createScene({ storage });
  await before.liveCall();
  const [key = '', text = ''] = [...storage.items][0] ?? [];
  storage.setItem(key, text.replaceAll('@alice:localhost', '@bob:localhost'));
  const after = createScene({ storage });
  const call = after.core.callOracle(audio);
  await after.clock.settle();
  expect(after.backend.of('end')).toEqual([]);
  await call.endCall();
});

test('closing ends the call in progress, and no other can be placed', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  await scene.core.close();
  expect(call.state).toMatchObject({ kind: 'Ended', reason: 'hangup' });
  expect(() => scene.core.callOracle(audio)).toThrow(TypeError);
  await scene.core.close();
});
