import { OracleCallError } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { OFFER_MAX_MS } from './candidates.ts';
import { createScene } from './call-scene.fixture.ts';
import { HANDSHAKE_TIMEOUT_MS, ORACLE_ABSENT_MS, VANISHED_MS } from './oracle-presence.ts';

type Scene = ReturnType<typeof createScene>;

const strangersIn = ({ notices }: Scene): string[] =>
  notices.flatMap((notice) => (notice.kind === 'stranger' ? [notice.participantIdentity] : []));

/** A call that waits for its oracle. */
async function waitingCall(scene: Scene) {
  const call = scene.placeCall();
  await scene.clock.settle();
  return call;
}

test('an agent is nobody before it has proved itself: not admitted, not played, not live', async () => {
  const scene = createScene();
  const call = await waitingCall(scene);
  scene.sfu.last.join('agent-1');
  const track = scene.sfu.last.speak('agent-1');
  await scene.clock.advance(OFFER_MAX_MS - 1);
  expect(call.state).toMatchObject({ kind: 'Connecting', awaiting: ['oracle'] });
  expect(call.timeline.agentJoined).toBeUndefined();
  expect(scene.sfu.last.admitted).toEqual(new Set());
  expect(track.isPlaying).toBe(false);
  expect(strangersIn(scene)).toEqual([]);
  scene.protocol.link.confirm('agent-1');
  expect(call.state.kind).toBe('Live');
  expect(track.isPlaying).toBe(true);
  expect(call.timeline).toMatchObject({ agentJoined: 0, handshake: OFFER_MAX_MS - 1 });
  await call.endCall();
});

test('an oracle that has proved itself before the SFU told of it is the oracle, and no stranger later', async () => {
  const scene = createScene();
  const call = await waitingCall(scene);
  await scene.clock.advance(70);
  scene.protocol.link.confirm('agent-1');
  expect(call.timeline).toMatchObject({ agentJoined: 70, handshake: 70 });
  scene.sfu.last.join('agent-1');
  const track = scene.sfu.last.speak('agent-1');
  await scene.clock.advance(HANDSHAKE_TIMEOUT_MS);
  expect(strangersIn(scene)).toEqual([]);
  expect(track.isPlaying).toBe(true);
  expect(call.state.kind).toBe('Live');
  await call.endCall();
});

test('a confirmed handshake without sound is not live yet', async () => {
  const scene = createScene();
  const call = await waitingCall(scene);
  scene.sfu.last.join('agent-1');
  scene.protocol.link.confirm('agent-1');
  scene.sfu.last.speak('agent-1', 'video');
  expect(call.state).toMatchObject({ kind: 'Connecting', awaiting: ['oracle'] });
  await scene.clock.advance(ORACLE_ABSENT_MS);
  expect(call.state).toMatchObject({ kind: 'Ended', error: { code: 'ERR_MEDIA_ORACLE_ABSENT' } });
});

test('a second agent beside the oracle is a stranger', async () => {
  const scene = createScene();
  await scene.liveCall();
  scene.sfu.last.join('agent-2');
  const track = scene.sfu.last.speak('agent-2');
  await scene.clock.advance(OFFER_MAX_MS - 1);
  expect(strangersIn(scene)).toEqual([]);
  await scene.clock.advance(1);
  expect(strangersIn(scene)).toEqual(['agent-2']);
  expect(scene.sfu.last.refused).toEqual(new Set(['agent-2']));
  expect(track.isPlaying).toBe(false);
  expect(scene.core.currentCall?.state.kind).toBe('Live');
});

test('an agent that leaves before its time is up raises no alarm', async () => {
  const scene = createScene();
  await scene.liveCall();
  scene.sfu.last.join('agent-2');
  scene.sfu.last.leave('agent-2');
  await scene.clock.advance(OFFER_MAX_MS);
  expect(strangersIn(scene)).toEqual([]);
});

test('a stranger is told, refused, never played and gets no key', async () => {
  const scene = createScene();
  await scene.liveCall();
  scene.sfu.last.join('mallory', 'other');
  const track = scene.sfu.last.speak('mallory');
  // A port that forgot its rule tells the track all the same.
  scene.sfu.last.tell({ kind: 'trackArrived', track });
  await scene.clock.settle();
  expect(strangersIn(scene)).toEqual(['mallory']);
  expect(scene.sfu.last.refused).toEqual(new Set(['mallory']));
  expect(track.isPlaying).toBe(false);
});

test('a stranger who comes first does not take the place of the oracle', async () => {
  const scene = createScene();
  const call = await waitingCall(scene);
  scene.sfu.last.join('mallory', 'other');
  scene.sfu.last.join('agent-1');
  scene.sfu.last.speak('agent-1');
  scene.protocol.link.confirm('agent-1');
  expect(call.state.kind).toBe('Live');
});

test('an agent that never proves itself ends the set-up as ERR_HANDSHAKE_TIMEOUT', async () => {
  const scene = createScene();
  const call = await waitingCall(scene);
  scene.sfu.last.join('agent-1');
  await scene.clock.advance(HANDSHAKE_TIMEOUT_MS - 1);
  expect(call.state.kind).toBe('Connecting');
  await scene.clock.advance(1);
  expect(call.state).toMatchObject({ kind: 'Ended', reason: 'media-failed', error: { code: 'ERR_HANDSHAKE_TIMEOUT' } });
  expect(scene.leftOpen()).toEqual([]);
});

test("the agent's time starts when the backend knows the call, and ends when the agent leaves", async () => {
  const scene = createScene();
  const held = scene.backend.hold('sync');
  const call = await waitingCall(scene);
  scene.sfu.last.join('agent-1');
  await scene.clock.advance(ORACLE_ABSENT_MS - 5_000);
  expect(strangersIn(scene)).toEqual([]);
  held.release();
  await scene.clock.advance(1_000);
  scene.sfu.last.leave('agent-1');
  await scene.clock.advance(4_000);
  expect(call.state).toMatchObject({ kind: 'Ended', error: { code: 'ERR_MEDIA_ORACLE_ABSENT' } });
});

test('unencrypted media in the name of the oracle ends the call as ERR_MEDIA_UNENCRYPTED', async () => {
  const live = createScene();
  const call = await live.liveCall();
  live.sfu.last.tell({ kind: 'trackRefused', participantIdentity: 'agent-1' });
  expect(await call.whenEnded()).toMatchObject({ reason: 'media-failed', error: { code: 'ERR_MEDIA_UNENCRYPTED' } });
  expect(live.leftOpen()).toEqual([]);
  const early = createScene();
  const other = await waitingCall(early);
  early.sfu.last.tell({ kind: 'trackRefused', participantIdentity: 'agent-1' });
  expect(other.state.kind).toBe('Connecting');
  early.protocol.link.confirm('agent-1');
  expect(early.sfu.last.admitted).toEqual(new Set());
  expect(await other.whenEnded()).toMatchObject({ error: { code: 'ERR_MEDIA_UNENCRYPTED' } });
});

test("a stranger's unencrypted media is refused and told, and the call goes on", async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.sfu.last.tell({ kind: 'trackRefused', participantIdentity: 'mallory' });
  const errors = scene.notices.flatMap((notice) => (notice.kind === 'error' ? [notice.error] : []));
  expect(errors).toMatchObject([{ code: 'ERR_MEDIA_UNENCRYPTED', details: { participantIdentity: 'mallory' } }]);
  expect(call.state.kind).toBe('Live');
});

test('an oracle that vanishes has its time to come back, under a new identity too: the old one is refused', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.sfu.last.leave('agent-1');
  await scene.clock.advance(VANISHED_MS - 1);
  scene.sfu.last.join('agent-2');
  const track = scene.sfu.last.speak('agent-2');
  scene.protocol.link.supersede();
  expect(call.security).toMatchObject({ padlock: 'none', comparisonCode: undefined });
  scene.protocol.link.confirm('agent-2');
  expect(scene.sfu.last.refused).toEqual(new Set(['agent-1']));
  await scene.clock.advance(VANISHED_MS);
  expect(call.state.kind).toBe('Live');
  expect(track.isPlaying).toBe(true);
  scene.sfu.last.leave('agent-2');
  await scene.clock.advance(VANISHED_MS);
  expect(call.state).toMatchObject({ kind: 'Ended', reason: 'connection-lost', error: { code: 'ERR_MEDIA_CONNECT' } });
});

test('an oracle that comes back under its own identity needs no new proof, only its sound', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.sfu.last.leave('agent-1');
  scene.sfu.last.join('agent-1');
  scene.sfu.last.speak('agent-1');
  await scene.clock.advance(VANISHED_MS);
  expect(call.state.kind).toBe('Live');
  expect(strangersIn(scene)).toEqual([]);
});

test('a later attempt that is never confirmed ends the call as ERR_HANDSHAKE_TIMEOUT', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.protocol.link.supersede();
  await scene.clock.advance(HANDSHAKE_TIMEOUT_MS);
  expect(call.state).toMatchObject({ kind: 'Ended', error: { code: 'ERR_HANDSHAKE_TIMEOUT' } });
});

test('an outage that ends in time is told and survived; one that does not is connection-lost', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.sfu.last.tell({ kind: 'reconnecting' });
  await scene.clock.advance(VANISHED_MS / 2);
  // A second sign of the same outage starts no second bound.
  scene.sfu.last.tell({ kind: 'reconnecting' });
  await scene.clock.advance(VANISHED_MS / 2 - 1);
  expect(scene.protocol.link.rekeysAskedFor).toBe(0);
  scene.sfu.last.tell({ kind: 'reconnected' });
  expect(scene.protocol.link.rekeysAskedFor).toBe(1);
  await scene.clock.advance(VANISHED_MS);
  expect(call.state.kind).toBe('Live');
  const told = scene.notices.map(({ kind }) => kind).filter((kind) => kind.startsWith('reconnect'));
  expect(told).toEqual(['reconnecting', 'reconnected']);
  scene.sfu.last.tell({ kind: 'reconnecting' });
  await scene.clock.advance(VANISHED_MS);
  expect(call.state).toMatchObject({ kind: 'Ended', reason: 'connection-lost' });
  expect(scene.leftOpen()).toEqual([]);
});

test('a link whose keys cannot be used ends the call with its error', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.protocol.link.options.events.failed(new OracleCallError('ERR_MEDIA_UNSUPPORTED'));
  expect(await call.whenEnded()).toMatchObject({ reason: 'media-failed', error: { code: 'ERR_MEDIA_UNSUPPORTED' } });
});

test('an adapter that left because the SFU broke a rule says which', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.sfu.last.tell({ kind: 'disconnected', cause: 'lost', error: new OracleCallError('ERR_MEDIA_IDENTITY') });
  expect(await call.whenEnded()).toMatchObject({ reason: 'media-failed', error: { code: 'ERR_MEDIA_IDENTITY' } });
});
