import {
  createCallId,
  OracleCallError,
  parseCallEvent,
  parseMatrixEventId,
  parseSfuRoomName,
} from '@oracle-calls/protocol';
import type { MatrixRoomId } from '@oracle-calls/matrix';
import { expect, test, vi } from 'vitest';
import { EVENT_FIRST_MS, FIRST_SOUND_MS } from './call-attempt.ts';
import { CONNECTING_MAX_MS } from './call-driver.ts';
import { createScene, MALLORY, ORACLE, ORACLE_DID, ROOM, USER_DID } from './call-scene.fixture.ts';
import { CLOSING_REASON_MS } from './end-reasons.ts';
import { ORACLE_ABSENT_MS } from './oracle-presence.ts';

test('a call goes from the click to live and ends with nothing left open', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  expect(await call.whenLive()).toBeUndefined();
  const ended = await call.endCall();
  expect(ended).toMatchObject({ kind: 'Ended', reason: 'hangup', error: undefined });
  const states = scene.notices.flatMap((notice) => (notice.kind === 'state' ? [notice.state.kind] : []));
  expect([...new Set(states)]).toEqual(['Connecting', 'Live', 'Ending', 'Ended']);
  expect(scene.leftOpen()).toEqual([]);
});

test('the call event carries what the architecture says, first without callId, then edited to add it, then to end', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  const [first] = scene.matrix.sent;
  const content = parseCallEvent(first?.content);
  expect(first?.type).toBe('m.ixo.oracles_call');
  expect(first?.matrixRoomId).toBe(ROOM);
  expect(scene.matrix.roomsAskedFor).toEqual([ORACLE]);
  expect(content).toMatchObject({
    callType: 'audio',
    callStatus: 'pending',
    callStartedAt: '2026-01-01T10:00:00.000Z',
    encryptionKey: '10ab',
    sessionId: 'session-1',
    userDid: USER_DID,
    oracleDid: ORACLE_DID,
  });
  expect(content.callId).toBeUndefined();
  const eventId = first?.eventId;
  if (eventId === undefined) throw new Error('nothing was sent');
  const callId = createCallId(eventId, content.roomId);
  expect(call.callId).toBe(callId);
  // The first sound comes first.
  expect(scene.matrix.edits).toEqual([]);
  await scene.clock.advance(FIRST_SOUND_MS);
  await call.endCall();
  const ended = {
    ...content,
    callId,
    callStatus: 'ended',
    endReason: 'hangup',
    callEndedAt: '2026-01-01T10:00:01.000Z',
  };
  expect(scene.matrix.edits).toEqual([{ ...content, callId }, ended]);
  for (const { content: edit } of scene.matrix.sent.slice(1)) {
    expect(edit).toMatchObject({ 'm.relates_to': { rel_type: 'm.replace', event_id: eventId } });
  }
});

test('every event of a call has its own transaction id', async () => {
  const scene = createScene();
  await (await scene.liveCall()).endCall();
  const ids = scene.matrix.sent.map(({ transactionId }) => transactionId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the join token, the SFU connection and the microphone do not wait for Matrix', async () => {
  const scene = createScene();
  const gate = scene.matrix.holdSending();
  const call = scene.placeCall();
  await scene.clock.settle();
  expect(scene.sfu.last.phase).toBe('connected');
  expect(scene.sfu.last.published).toHaveLength(1);
  expect(call.timeline).toMatchObject({ joinToken: 0, sfuConnected: 0 });
  expect(call.state).toEqual({ kind: 'Connecting', callId: undefined, awaiting: ['event', 'oracle'] });
  gate.open();
  await scene.clock.settle();
  expect(call.state).toMatchObject({ awaiting: ['oracle'] });
  await call.endCall();
});

test('the page connects once the call event has left, or a moment later', async () => {
  const scene = createScene();
  const gate = scene.matrix.holdRoom();
  const call = scene.placeCall();
  await scene.clock.settle();
  expect(call.timeline.joinToken).toBe(0);
  await scene.clock.advance(EVENT_FIRST_MS - 1);
  expect(scene.sfu.last.phase).toBe('new');
  await scene.clock.advance(1);
  expect(scene.sfu.last.phase).toBe('connected');
  gate.open();
  await scene.clock.settle();
  await call.endCall();
});

test('Matrix does not wait for the join token', async () => {
  const scene = createScene();
  const held = scene.backend.hold('joinToken');
  const call = scene.placeCall();
  await scene.clock.settle();
  expect(scene.matrix.sent.length).toBeGreaterThan(0);
  expect(scene.backend.of('sync')).toEqual([{ kind: 'sync', callId: call.callId, sessionId: 'session-1' }]);
  expect(call.timeline).toMatchObject({ eventSent: 0, synced: 0 });
  held.release();
  await call.endCall();
});

test.each([
  ['ERR_MATRIX_SEND', 'Live'],
  ['ERR_MATRIX_MEMBERS', 'Ended'],
  ['ERR_MATRIX_IDENTITY_CHANGED', 'Ended'],
  ['ERR_MATRIX_CROSS_SIGNING', 'Ended'],
  ['ERR_MATRIX_NOT_ENCRYPTED', 'Ended'],
] as const)('a first edit that fails as %s leaves the call %s', async (code, kind) => {
  const scene = createScene();
  const call = await scene.liveCall();
  expect(scene.matrix.edits).toEqual([]);
  const send = vi.spyOn(scene.matrix, 'sendEvent').mockRejectedValueOnce(new OracleCallError(code));
  await scene.clock.advance(FIRST_SOUND_MS);
  expect(send).toHaveBeenCalled();
  expect(call.state.kind).toBe(kind);
  await call.endCall();
  // The edit that ends the record brings the id that the first one did not.
  expect(scene.matrix.edits).toEqual([expect.objectContaining({ callStatus: 'ended', callId: call.callId })]);
});

test('somebody who came into the room before anything was sent costs the call another room, not the call', async () => {
  const scene = createScene();
  const refusal = new OracleCallError('ERR_MATRIX_MEMBERS');
  const send = vi.spyOn(scene.matrix, 'sendEvent').mockRejectedValueOnce(refusal);
  const call = await scene.liveCall();
  expect(scene.matrix.roomsAskedFor).toHaveLength(2);
  expect(scene.matrix.sent).toHaveLength(1);
  await call.endCall();
  // Somebody who comes again, or once something was sent, ends it.
  send.mockRejectedValueOnce(refusal).mockRejectedValueOnce(refusal);
  const refused = scene.placeCall();
  await scene.clock.settle();
  expect(refused.state).toMatchObject({ kind: 'Ended', error: refusal });
  send.mockImplementationOnce((_room, _type, _content, { onSending }) => {
    onSending?.();
    return Promise.reject(refusal);
  });
  const before = scene.matrix.roomsAskedFor.length;
  const halfSent = scene.placeCall();
  await scene.clock.settle();
  expect(halfSent.state).toMatchObject({ kind: 'Ended', error: refusal });
  expect(scene.matrix.roomsAskedFor).toHaveLength(before + 1);
});

test('oracleAudible is the first poll at which the oracle is loud, and the first turn is timed', async () => {
  const scene = createScene();
  const call = scene.placeCall();
  await scene.clock.settle();
  scene.sfu.last.join('agent-1');
  scene.protocol.link.confirm('agent-1');
  const track = scene.sfu.last.speak('agent-1');
  await scene.clock.advance(100);
  expect(call.timeline.oracleAudible).toBeUndefined();
  expect(scene.matrix.edits).toEqual([]);
  track.loudness = 0.2;
  await scene.clock.advance(100);
  expect(call.timeline.oracleAudible).toBe(110);
  // The first sound is there: now the record is completed.
  expect(scene.matrix.edits).toHaveLength(1);
  track.loudness = 0;
  await scene.clock.advance(300);
  const microphone = scene.devices.opened[0];
  if (microphone === undefined) throw new Error('no microphone');
  microphone.loudness = 0.2;
  await scene.clock.advance(1_000);
  microphone.loudness = 0;
  await scene.clock.advance(500);
  track.loudness = 0.2;
  await scene.clock.advance(100);
  const { questionEnded = 0, answerAudible = 0 } = call.timeline;
  expect(questionEnded).toBeGreaterThan(1_400);
  expect(answerAudible - questionEnded).toBeGreaterThanOrEqual(500);
  expect(answerAudible - questionEnded).toBeLessThan(560);
  await call.endCall();
});

test('an SFU that cannot be reached ends the call as ERR_MEDIA_CONNECT, in the record as media-failed', async () => {
  const scene = createScene({ isPatient: true });
  const call = scene.placeCall();
  await scene.clock.settle();
  scene.sfu.last.fail();
  expect(await call.whenEnded()).toMatchObject({ reason: 'media-failed', error: { code: 'ERR_MEDIA_CONNECT' } });
  await expect(call.whenLive()).rejects.toMatchObject({ code: 'ERR_MEDIA_CONNECT' });
  expect(scene.matrix.edits.at(-1)).toMatchObject({ callStatus: 'ended', endReason: 'media-failed' });
  expect(scene.backend.of('end')).toEqual([{ kind: 'end', callId: call.callId, reason: 'media-failed' }]);
  expect(scene.leftOpen()).toEqual([]);
});

test('a Matrix failure ends the call and leaves the SFU', async () => {
  const scene = createScene();
  scene.matrix.failure = new OracleCallError('ERR_MATRIX_SEND');
  const call = scene.placeCall();
  expect(await call.whenEnded()).toMatchObject({ error: { code: 'ERR_MATRIX_SEND' } });
  expect(scene.sfu.last.phase).toBe('closed');
  expect(scene.backend.of('end')).toEqual([]);
  expect(scene.leftOpen()).toEqual([]);
});

test.each([
  ['joinToken', 'ERR_AUTH_HOMESERVER'],
  ['sync', 'ERR_CALL_CLOCK'],
] as const)("the backend's refusal of %s ends the call with its code %s", async (kind, code) => {
  const scene = createScene();
  scene.backend.refuse(kind, new OracleCallError(code));
  const call = scene.placeCall();
  expect(await call.whenEnded()).toMatchObject({ reason: 'cancelled', error: { code } });
  expect(scene.matrix.edits.at(-1)).toMatchObject({ callStatus: 'ended', endReason: 'cancelled' });
  expect(scene.leftOpen()).toEqual([]);
});

test('a microphone that is denied ends the call as ERR_MEDIA_DEVICE', async () => {
  const scene = createScene();
  const prompt = scene.devices.ask();
  const call = scene.placeCall();
  await scene.clock.settle();
  prompt.deny();
  expect(await call.whenEnded()).toMatchObject({ reason: 'media-failed', error: { code: 'ERR_MEDIA_DEVICE' } });
  expect(scene.leftOpen()).toEqual([]);
});

test('a browser without encrypted media is told ERR_MEDIA_UNSUPPORTED before anything is sent', async () => {
  const scene = createScene({ isSupported: false });
  const call = scene.placeCall();
  expect(await call.whenEnded()).toMatchObject({ error: { code: 'ERR_MEDIA_UNSUPPORTED' } });
  expect(scene.matrix.sent).toEqual([]);
  expect(scene.devices.opened).toEqual([]);
});

test('an oracle that does not come ends the call as oracle-absent', async () => {
  const scene = createScene();
  const call = scene.placeCall();
  await scene.clock.advance(ORACLE_ABSENT_MS - 1);
  expect(call.state.kind).toBe('Connecting');
  await scene.clock.advance(1);
  expect(call.state).toMatchObject({
    kind: 'Ended',
    reason: 'oracle-absent',
    error: { code: 'ERR_MEDIA_ORACLE_ABSENT' },
  });
  expect(scene.matrix.edits.at(-1)).toMatchObject({ endReason: 'oracle-absent' });
  expect(scene.leftOpen()).toEqual([]);
});

test('a set-up that hangs is bounded as ERR_UPSTREAM_TIMEOUT', async () => {
  const scene = createScene({ isPatient: true });
  const call = scene.placeCall();
  await scene.clock.advance(CONNECTING_MAX_MS);
  expect(call.state).toMatchObject({ kind: 'Ended', error: { code: 'ERR_UPSTREAM_TIMEOUT' } });
  expect(scene.leftOpen()).toEqual([]);
});

test('an SFU that lets go for good ends the call as connection-lost', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.sfu.last.disconnect('lost');
  expect(await call.whenEnded()).toMatchObject({ reason: 'connection-lost', error: { code: 'ERR_MEDIA_CONNECT' } });
});

test("the oracle's ended answer ends the call with its reason, and the record is left to it", async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  await scene.clock.advance(FIRST_SOUND_MS);
  scene.answer({ callStatus: 'ended', endReason: 'completed' });
  expect(await call.whenEnded()).toMatchObject({ reason: 'completed', error: undefined });
  expect(scene.matrix.edits).toHaveLength(1);
  expect(scene.backend.of('end')).toEqual([]);
  expect(scene.leftOpen()).toEqual([]);
});

test("invalid-authentication in the oracle's answer is shown as an error", async () => {
  const scene = createScene();
  const call = scene.placeCall();
  await scene.clock.settle();
  scene.answer({ callStatus: 'ended', endReason: 'invalid-authentication' });
  const error = { code: 'ERR_AUTH_INVALID_AUTHENTICATION' };
  expect(await call.whenEnded()).toMatchObject({ reason: 'invalid-authentication', error });
  expect(scene.notices).toContainEqual(
    expect.objectContaining({ kind: 'error', error: expect.objectContaining(error) }),
  );
});

test("the oracle's active answer ends nothing", async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.answer({ callStatus: 'active' });
  expect(call.state.kind).toBe('Live');
});

test.each([
  ['by somebody else', {}, { sender: MALLORY }],
  ['in another room', {}, { room: '!other:localhost' as MatrixRoomId }],
  ['about another event', { callId: createCallId(parseMatrixEventId('$other'), parseSfuRoomName('lk-other')) }, {}],
] as const)('an ended answer %s is not heard', async (_what, content, forged) => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.answer({ callStatus: 'ended', ...content }, forged);
  await scene.clock.settle();
  expect(call.state.kind).toBe('Live');
});

test('a room closed by the other side waits a moment for the reason, then counts as completed', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.sfu.last.disconnect('room-closed');
  await scene.clock.advance(CLOSING_REASON_MS - 1);
  expect(call.state.kind).toBe('Live');
  await scene.clock.advance(1);
  expect(call.state).toMatchObject({ kind: 'Ended', reason: 'completed' });
});

test('the reason that follows a closed room counts', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.sfu.last.disconnect('room-closed');
  scene.answer({ callStatus: 'ended', endReason: 'agent-failed' });
  expect(await call.whenEnded()).toMatchObject({ reason: 'agent-failed', error: { code: 'ERR_UPSTREAM_BACKEND' } });
});

test('a call that the backend says has ended waits a moment for the reason', async () => {
  const scene = createScene();
  scene.backend.refuse('sync', new OracleCallError('ERR_CALL_ENDED'));
  const call = scene.placeCall();
  await scene.clock.settle();
  scene.answer({ callStatus: 'ended', endReason: 'invalid-authentication' });
  expect(await call.whenEnded()).toMatchObject({ reason: 'invalid-authentication' });
  expect(scene.leftOpen()).toEqual([]);
});

test('muting before the microphone is there holds when it comes, and again after publishing', async () => {
  const scene = createScene();
  const prompt = scene.devices.ask();
  const call = scene.placeCall();
  await call.setMicrophoneEnabled(false);
  prompt.grant();
  await scene.clock.settle();
  expect([...scene.sfu.last.muted.values()]).toEqual([true]);
  await call.setMicrophoneEnabled(true);
  expect([...scene.sfu.last.muted.values()]).toEqual([false]);
  expect(call.isMicrophoneEnabled).toBe(true);
});

test('a video call sends a camera beside the microphone', async () => {
  const scene = createScene();
  const call = scene.placeCall(undefined, 'video');
  await scene.clock.settle();
  expect(scene.sfu.last.published.map(({ kind }) => kind)).toEqual(['audio', 'video']);
  await call.endCall();
  expect(scene.leftOpen()).toEqual([]);
});

test('an observer that throws keeps neither the others nor the call', async () => {
  const scene = createScene();
  const call = scene.placeCall();
  call.observe(() => {
    throw new Error('mine');
  });
  const heard: string[] = [];
  call.on('state', ({ state }) => heard.push(state.kind));
  await scene.clock.settle();
  await call.endCall();
  expect(heard.at(-1)).toBe('Ended');
});

test('a record that cannot be ended does not keep the call from ending', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.matrix.failure = new OracleCallError('ERR_MATRIX_SEND');
  scene.backend.refuse('end', new OracleCallError('ERR_UPSTREAM_BACKEND'));
  expect(await call.endCall()).toMatchObject({ kind: 'Ended', reason: 'hangup' });
  expect(scene.leftOpen()).toEqual([]);
});
