import { OracleCallError } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { MemoryKeyPins } from '../key-pins/key-pin-store.ts';
import type { TrackStatistics } from '../media/sfu-port.ts';
import { EVIDENCE_POLL_MS, UNDECRYPTABLE_MS, WATCH_POLL_MS } from '../security/media-evidence.ts';
import { LONGEST_CALL_MS } from '../strict/seal-call.ts';
import { ALICE, createScene, MALLORY, ORACLE, ORACLE_DID, ROOM, USER_DID } from './call-scene.fixture.ts';
import { oracleKeysOf } from './scripted-protocol.fixture.ts';

type Scene = ReturnType<typeof createScene>;

const track = (
  direction: 'sent' | 'received',
  cryptedFrames: number,
  rest: Partial<TrackStatistics> = {},
): TrackStatistics => ({
  direction,
  kind: 'audio',
  participantIdentity: direction === 'sent' ? 'caller' : 'agent-1',
  isEncrypted: true,
  packets: cryptedFrames,
  bytes: 1,
  cryptedFrames,
  ...rest,
});

/** Sound has flowed both ways and was noticed. */
async function flow(scene: Scene): Promise<void> {
  await scene.clock.settle();
  scene.sfu.last.tracks = [track('sent', 10), track('received', 10)];
  await scene.clock.advance(EVIDENCE_POLL_MS);
}

test('the envelope is made for exactly this call, for the longest that it may last, by the signer', async () => {
  const scene = createScene();
  const call = scene.core.callOracle({
    type: 'video',
    oracleDid: ORACLE_DID,
    sessionId: 'session-1',
    ringEventId: '$ring',
  });
  await scene.clock.settle();
  const [sealed] = scene.protocol.sealed;
  expect(sealed?.call).toEqual({
    callType: 'video',
    sfuRoomName: scene.sfuRoomName(),
    sessionId: 'session-1',
    matrixRoomId: ROOM,
    matrixSender: ALICE,
    ringEventId: '$ring',
  });
  expect(sealed?.oracle).toMatchObject({ matrixUserId: ORACLE, keys: scene.shown.keys });
  expect(sealed?.signer.did).toBe(USER_DID);
  expect(sealed?.now).toBe(scene.clock.now());
  expect(LONGEST_CALL_MS).toBeLessThanOrEqual(24 * 60 * 60_000);
  await call.endCall();
});

test('the handshake is bound to the envelope that was sent, the call and the own identity', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  const { handshake } = scene.protocol.link.options;
  const [secrets] = scene.protocol.secrets;
  expect(handshake).toMatchObject({ callId: call.callId, userIdentity: 'caller', callKey: secrets?.callKey });
  expect(handshake.oracleVerifier.algorithm).toBe('Ed25519');
  await call.endCall();
  expect(secrets).toMatchObject({ isDestroyed: true });
});

test('two calls have no secret in common', async () => {
  const scene = createScene();
  await (await scene.liveCall()).endCall();
  await scene.clock.settle();
  await (await scene.liveCall()).endCall();
  expect(new Set(scene.protocol.secrets.map(({ callKey }) => String(callKey.expose()))).size).toBe(2);
});

test('the padlock closes only after the handshake and frames of our own cryptor both ways', async () => {
  const scene = createScene();
  const call = scene.placeCall();
  await scene.clock.settle();
  scene.sfu.last.tracks = [track('sent', 10), track('received', 10)];
  await scene.clock.advance(EVIDENCE_POLL_MS);
  expect(call.security).toMatchObject({ protocolVersion: 3, padlock: 'none', comparisonCode: undefined });
  expect((await call.statistics()).encrypted).toBe(false);
  scene.protocol.link.confirm('agent-1');
  await scene.clock.settle();
  // What was counted before the handshake is no evidence.
  await scene.clock.advance(EVIDENCE_POLL_MS);
  expect(call.security.padlock).toBe('none');
  scene.sfu.last.tracks = [track('sent', 11), track('received', 11)];
  expect((await call.statistics()).encrypted).toBe(true);
  await scene.clock.advance(EVIDENCE_POLL_MS);
  expect(call.security).toMatchObject({
    padlock: 'encrypted',
    suite: 'hpke-x25519',
    comparisonCode: { raw: '0123456789', formatted: '01234 56789' },
    keyState: 'first-contact',
    keysAreIndependent: true,
    isVerified: false,
    pinsAreKept: false,
  });
  expect(scene.notices).toContainEqual({ kind: 'security', security: call.security });
  await call.endCall();
  expect(call.security.padlock).toBe('none');
});

test.each([
  ['nothing is sent', [track('sent', 0), track('received', 10)]],
  ['nothing is opened', [track('sent', 10), track('received', 0)]],
  ['there is no track of the oracle', [track('sent', 10)]],
  ['somebody else is heard instead', [track('sent', 10), track('received', 10, { participantIdentity: 'mallory' })]],
  [
    'one track is without a cryptor',
    [track('sent', 10), track('received', 10), track('sent', 0, { isEncrypted: false, packets: 1 })],
  ],
])('a call is not encrypted when %s', async (_what, tracks) => {
  const scene = createScene();
  const call = await scene.liveCall();
  await scene.clock.settle();
  scene.sfu.last.tracks = tracks;
  await scene.clock.advance(EVIDENCE_POLL_MS);
  expect(call.security.padlock).toBe('none');
  expect((await call.statistics()).encrypted).toBe(false);
});

test('the padlock stays closed when a camera is switched on, of which nothing has left, and off again', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.sfu.last.tracks = [track('sent', 1), track('received', 1)];
  await scene.clock.advance(EVIDENCE_POLL_MS);
  scene.sfu.last.tracks = [track('sent', 10), track('received', 10)];
  await scene.clock.advance(EVIDENCE_POLL_MS);
  expect(call.security.padlock).toBe('encrypted');
  for (const tracks of [
    [track('sent', 20), track('sent', 0, { isEncrypted: false, packets: 0 }), track('received', 20)],
    // The counts of what is off are gone with it.
    [track('received', 30)],
  ]) {
    scene.sfu.last.tracks = tracks;
    await scene.clock.advance(WATCH_POLL_MS);
    expect(call.security.padlock).toBe('encrypted');
    expect((await call.statistics()).encrypted).toBe(true);
  }
});

test('the padlock opens again when a later attempt begins, or a track loses its cryptor', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  await flow(scene);
  expect(call.security.padlock).toBe('encrypted');
  scene.sfu.last.tracks = [track('sent', 20, { isEncrypted: false }), track('received', 20)];
  await scene.clock.advance(WATCH_POLL_MS);
  expect(call.security.padlock).toBe('none');
  scene.sfu.last.tracks = [track('sent', 30), track('received', 30)];
  await scene.clock.advance(EVIDENCE_POLL_MS);
  expect(call.security.padlock).toBe('encrypted');
  scene.protocol.link.supersede();
  expect(call.security).toMatchObject({ padlock: 'none', comparisonCode: undefined });
  scene.protocol.link.confirm('agent-1');
  await scene.clock.advance(EVIDENCE_POLL_MS);
  expect(call.security.padlock).toBe('none');
});

test('a code that a person found equal makes this and the next call verified, under these keys alone', async () => {
  const keyPins = new MemoryKeyPins();
  const scene = createScene({ keyPins });
  const call = await scene.liveCall();
  await flow(scene);
  await call.confirmComparisonCode(true);
  expect(call.security).toMatchObject({ padlock: 'verified', isVerified: true });
  await call.endCall();
  const later = createScene({ keyPins });
  const next = await later.liveCall();
  await flow(later);
  expect(next.security).toMatchObject({ padlock: 'verified', keyState: 'same' });
});

test('a code that differs ends the call as ERR_HANDSHAKE_COMPARISON, and nothing is verified any more', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  await call.confirmComparisonCode(true);
  await call.confirmComparisonCode(false);
  expect(await call.whenEnded()).toMatchObject({
    reason: 'media-failed',
    error: { code: 'ERR_HANDSHAKE_COMPARISON' },
  });
  await scene.clock.settle();
  expect((await scene.liveCall()).security.isVerified).toBe(false);
});

test('a code that is not there cannot be confirmed', async () => {
  const scene = createScene();
  const call = scene.placeCall();
  await expect(call.confirmComparisonCode(true)).rejects.toThrow(TypeError);
  await scene.clock.settle();
  await expect(call.confirmComparisonCode(false)).rejects.toThrow(TypeError);
  expect(call.state.kind).toBe('Connecting');
});

test('keys that changed without a word end the call before anything is sent, and say which', async () => {
  const keyPins = new MemoryKeyPins();
  await (await createScene({ keyPins }).liveCall()).endCall();
  const scene = createScene({ keyPins });
  scene.shown.keys = oracleKeysOf(ORACLE_DID, 'b');
  const call = scene.placeCall();
  const { error } = await call.whenEnded();
  expect(error?.code).toBe('ERR_KEY_CHANGED');
  expect(error?.details).toMatchObject({
    wasVerified: false,
    pinnedIdentityKey: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(scene.matrix.sent).toEqual([]);
  expect(scene.matrix.roomsAskedFor).toEqual([]);
  expect(scene.backend.requests).toEqual([]);
  expect(scene.sfu.last.connectedWith).toBeUndefined();
  expect(scene.leftOpen()).toEqual([]);
});

test('another Matrix account of a known oracle ends the call before anything is sent, until a person accepts it', async () => {
  const keyPins = new MemoryKeyPins();
  await (await createScene({ keyPins }).liveCall()).endCall();
  const scene = createScene({ keyPins });
  scene.shown.matrixUserId = MALLORY;
  const { error } = await scene.placeCall().whenEnded();
  expect(error).toMatchObject({
    code: 'ERR_KEY_CHANGED',
    details: { pinnedMatrixUserId: ORACLE, shownMatrixUserId: MALLORY },
  });
  expect(scene.matrix.sent).toEqual([]);
  expect(scene.matrix.roomsAskedFor).toEqual([]);
  expect(scene.backend.requests).toEqual([]);
  await scene.clock.settle();
  await expect(scene.core.prepare({ oracleDid: ORACLE_DID })).rejects.toMatchObject({ code: 'ERR_KEY_CHANGED' });
  const { current } = await scene.core.acceptChangedKeys({ oracleDid: ORACLE_DID });
  expect(current.matrixUserId).toBe(MALLORY);
  await scene.liveCall();
  expect(scene.matrix.roomsAskedFor).toEqual([MALLORY]);
});

test('a rotation that is not valid ends the call as ERR_KEY_ROTATION', async () => {
  const scene = createScene();
  await (await scene.liveCall()).endCall();
  await scene.clock.settle();
  scene.shown.keyRotations = ['20ff'];
  await scene.clock.advance(60 * 60_000);
  expect(await scene.placeCall().whenEnded()).toMatchObject({ error: { code: 'ERR_KEY_ROTATION' } });
  expect(scene.backend.of('joinToken')).toHaveLength(1);
});

test('packets of the oracle that never open end the call as ERR_MEDIA_UNDECRYPTABLE, naming it', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  await flow(scene);
  await scene.clock.advance(WATCH_POLL_MS);
  // Silence that sends no packets is no fault.
  await scene.clock.advance(2 * UNDECRYPTABLE_MS);
  expect(call.state.kind).toBe('Live');
  scene.sfu.last.tracks = [track('sent', 20), track('received', 10, { packets: 300 })];
  await scene.clock.advance(UNDECRYPTABLE_MS - 1);
  expect(call.state.kind).toBe('Live');
  await scene.clock.advance(1);
  expect(call.state).toMatchObject({
    kind: 'Ended',
    reason: 'media-failed',
    error: { code: 'ERR_MEDIA_UNDECRYPTABLE', details: { participantIdentity: 'agent-1' } },
  });
  expect(scene.leftOpen()).toEqual([]);
});

test('statistics that fail are no evidence and no fault', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.sfu.last.statistics = () => Promise.reject(new OracleCallError('ERR_MEDIA_CONNECT'));
  await scene.clock.advance(2 * UNDECRYPTABLE_MS);
  expect(call.state.kind).toBe('Live');
  expect(call.security.padlock).toBe('none');
});

test('what the oracle says in the call is told: captions, chat, what it does', async () => {
  const scene = createScene();
  await scene.liveCall();
  const { link } = scene.protocol;
  link.hear({ kind: 'caption', speaker: 'oracle', segment: 'ab'.repeat(16), text: 'Hello.', isFinal: true });
  link.hear({ kind: 'chat', text: 'A link', sentAt: 5 });
  link.hear({ kind: 'control', action: 'oracle-state', state: 'thinking' });
  link.hear({ kind: 'control', action: 'muted', isMuted: true });
  expect(scene.notices.slice(-3)).toEqual([
    { kind: 'caption', speaker: 'oracle', segment: 'ab'.repeat(16), text: 'Hello.', isFinal: true },
    { kind: 'chat', text: 'A link', sentAt: 5 },
    { kind: 'oracleState', state: 'thinking' },
  ]);
});

test('chat and interruptions go through the link; before there is one they are ERR_KEY_MISSING', async () => {
  const scene = createScene();
  const call = scene.placeCall();
  await expect(call.sendChat('too early')).rejects.toMatchObject({ code: 'ERR_KEY_MISSING' });
  await scene.clock.settle();
  await call.sendChat('Good day');
  await call.interrupt();
  expect(scene.protocol.link.said).toMatchObject([
    { kind: 'chat', text: 'Good day', sentAt: scene.clock.now() },
    { kind: 'control', action: 'interrupt' },
  ]);
  scene.protocol.link.failure = new OracleCallError('ERR_DATA_MALFORMED');
  await expect(call.sendChat('')).rejects.toMatchObject({ code: 'ERR_DATA_MALFORMED' });
  await call.endCall();
});

test('the oracle is told of muting, also of muting before it was there, and of hanging up', async () => {
  const scene = createScene();
  const call = scene.placeCall();
  await call.setMicrophoneEnabled(false);
  await scene.clock.settle();
  const { link } = scene.protocol;
  expect(link.said).toEqual([]);
  link.confirm('agent-1');
  await scene.clock.settle();
  expect(link.said).toMatchObject([{ action: 'muted', isMuted: true }]);
  await call.setMicrophoneEnabled(false);
  await call.setMicrophoneEnabled(true);
  expect(link.said).toMatchObject([{ action: 'muted' }, { action: 'muted', isMuted: false }]);
  await call.endCall();
  expect(link.actions).toEqual(['muted', 'muted', 'hang-up']);
  expect(link.isClosed).toBe(true);
});

test('a link that fails keeps from neither muting nor hanging up nor mending', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.protocol.link.failure = new OracleCallError('ERR_KEY_RETIRED');
  await call.setMicrophoneEnabled(false);
  scene.sfu.last.tell({ kind: 'reconnected' });
  await scene.clock.settle();
  expect(await call.endCall()).toMatchObject({ reason: 'hangup', error: undefined });
});

test('an oracle that hangs up in the call has a moment for its reason, then the call is completed', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.protocol.link.hear({ kind: 'control', action: 'hang-up' });
  scene.sfu.last.leave('agent-1');
  scene.answer({ callStatus: 'ended', endReason: 'agent-failed' });
  expect(await call.whenEnded()).toMatchObject({ reason: 'agent-failed' });
  const silent = createScene();
  const other = await silent.liveCall();
  silent.protocol.link.hear({ kind: 'control', action: 'hang-up' });
  silent.sfu.last.leave('agent-1');
  await silent.clock.advance(15_000);
  expect(other.state).toMatchObject({ kind: 'Ended', reason: 'completed', error: undefined });
});
