import { OracleCallError, parseCallId } from '@oracle-calls/protocol';
import { FakeClock, SCRIPTED_ORACLE, ScriptedOracleCalls } from '@oracle-calls/testing';
import { expect, test } from 'vitest';
import { recordOf } from './call-record.ts';
import { storeOf } from './calls-store.ts';
import { CAPTIONS_MAX } from './captions.ts';
import { durationSource, LEVEL_POLL_MS, levelSource } from './moving-values.ts';
import { WARNINGS_MAX } from './warnings.ts';

const track = (source: 'microphone' | 'camera' | 'screen') =>
  ({ source, kind: source === 'microphone' ? 'audio' : 'video', level: () => 0, stop: () => undefined }) as const;
const remote = (participantIdentity: string, trackId: string, kind: 'audio' | 'video' = 'audio') => ({
  trackId,
  participantIdentity,
  kind,
  level: () => 0,
  play: () => ({ [Symbol.dispose]: () => undefined }),
});

function place() {
  const clock = new FakeClock();
  const calls = new ScriptedOracleCalls(clock);
  const store = storeOf(calls, clock);
  const call = calls.callOracle('audio');
  return { clock, calls, store, call, record: recordOf(call, clock) };
}

test('there is one store for one OracleCalls, and one record for one call', () => {
  const { clock, calls, store, call, record } = place();
  expect(storeOf(calls, clock)).toBe(store);
  expect(recordOf(call, clock)).toBe(record);
  expect(store.current.read()).toBe(record);
  expect(call.observers).toBe(1);
});

test('a call is recorded from its first notice, whoever places it', () => {
  const { record } = place();
  // `Connecting` was told inside `callOracle`: nobody could have asked for a record before.
  expect(record.state.read().kind).toBe('Connecting');
});

test('a call that was in progress before there was a store is shown with its state', () => {
  const clock = new FakeClock();
  const calls = new ScriptedOracleCalls(clock);
  const call = calls.callOracle('audio');
  call.live();
  const record = storeOf(calls, clock).current.read();
  expect(record?.call).toBe(call);
  expect(record?.state.read().kind).toBe('Live');
  expect(record?.times.read().liveAt).toBe(clock.now());
});

test('a caption that still changes is replaced in its place, and lines of two speakers do not mix', () => {
  const { call, record } = place();
  const say = (speaker: 'user' | 'oracle', segment: string, text: string, isFinal: boolean) =>
    call.tell({ kind: 'caption', speaker, segment, text, isFinal });
  say('user', '1', 'How', false);
  say('oracle', '1', 'Well', false);
  say('user', '1', 'How is it?', true);
  expect(record.captions.read().map(({ speaker, text, isFinal }) => [speaker, text, isFinal])).toEqual([
    ['user', 'How is it?', true],
    ['oracle', 'Well', false],
  ]);
  for (let segment = 2; segment < CAPTIONS_MAX + 10; segment += 1) say('user', String(segment), 'more', true);
  expect(record.captions.read()).toHaveLength(CAPTIONS_MAX);
});

test('the chat has both sides, and says of each own message whether it arrived', async () => {
  const { call, record } = place();
  const sent = record.sendChat('hello');
  expect(record.chat.read()).toMatchObject([{ from: 'user', text: 'hello', status: 'sending' }]);
  await sent;
  call.tell({ kind: 'chat', text: 'welcome', sentAt: 5 });
  call.refuse(new OracleCallError('ERR_DATA_MALFORMED'));
  await expect(record.sendChat('again')).rejects.toMatchObject({ code: 'ERR_DATA_MALFORMED' });
  expect(record.chat.read().map(({ text, status }) => [text, status])).toEqual([
    ['hello', 'sent'],
    ['welcome', 'sent'],
    ['again', 'failed'],
  ]);
  call.refuse();
  await call.sendChat('past the hooks');
  expect(record.chat.read().at(-1)).toMatchObject({ from: 'user', text: 'past the hooks', status: 'sent' });
  expect(record.chat.read()).toHaveLength(4);
});

test('a new own track of a source takes the place of the old one, and an ended one goes', () => {
  const { call, record } = place();
  const [microphone, camera, other] = [track('microphone'), track('camera'), track('microphone')];
  for (const one of [microphone, camera, other]) call.tell({ kind: 'localTrack', track: one });
  expect(record.localTracks.read()).toEqual([camera, other]);
  call.tell({ kind: 'localTrackEnded', source: 'camera', cause: 'stopped' });
  expect(record.localTracks.read()).toEqual([other]);
});

test("a restarted oracle's tracks take the place of those before", () => {
  const { call, record } = place();
  const [first, picture, second] = [remote('a', '1'), remote('a', '2', 'video'), remote('b', '3')];
  call.tell({ kind: 'remoteTrack', track: first });
  call.tell({ kind: 'remoteTrack', track: picture });
  expect(record.remoteTracks.read()).toEqual([first, picture]);
  call.tell({ kind: 'remoteTrack', track: second });
  expect(record.remoteTracks.read()).toEqual([second]);
});

test('what a person should see is kept until it is dismissed; the error that ends the call is the state’s alone', () => {
  const { call, record } = place();
  call.live();
  call.tell({ kind: 'stranger', participantIdentity: 'eve' });
  call.tell({ kind: 'error', error: new OracleCallError('ERR_MEDIA_UNENCRYPTED') });
  call.tell({ kind: 'echo' });
  const [stranger] = record.warnings.read();
  expect(record.warnings.read().map(({ notice }) => notice.kind)).toEqual(['stranger', 'error', 'echo']);
  record.dismissWarning(stranger?.id ?? 0);
  record.dismissWarning(12_345);
  call.end('media-failed', new OracleCallError('ERR_MEDIA_CONNECT'));
  expect(record.warnings.read().map(({ notice }) => notice.kind)).toEqual(['error', 'echo']);
  expect(record.state.read()).toMatchObject({ error: { code: 'ERR_MEDIA_CONNECT' } });
});

test('warnings do not grow without bound', () => {
  const { call, record } = place();
  for (let count = 0; count < WARNINGS_MAX + 5; count += 1) call.tell({ kind: 'echo' });
  expect(record.warnings.read()).toHaveLength(WARNINGS_MAX);
});

test('a switch that fails is a warning too, and reads as the call says', async () => {
  const { call, record } = place();
  let changes = 0;
  const stop = record.isMicrophoneEnabled.subscribe(() => (changes += 1));
  const done = record.setMicrophoneEnabled(false);
  expect([record.isMicrophoneEnabled.read(), changes]).toEqual([false, 1]);
  await done;
  call.refuse(new OracleCallError('ERR_MEDIA_DEVICE'));
  await expect(record.setCameraEnabled(true)).rejects.toMatchObject({ code: 'ERR_MEDIA_DEVICE' });
  expect(record.isCameraEnabled.read()).toBe(false);
  expect(record.warnings.read()).toMatchObject([{ notice: { kind: 'error', error: { code: 'ERR_MEDIA_DEVICE' } } }]);
  stop();
});

test('of a call that has ended, what was said stays, and what was open goes; what became of its transcript is still heard', async () => {
  const { call, record } = place();
  call.live();
  call.tell({ kind: 'remoteTrack', track: remote('a', '1') });
  call.tell({ kind: 'localTrack', track: track('microphone') });
  call.tell({ kind: 'oracleState', state: 'speaking' });
  call.tell({ kind: 'quality', quality: { level: 'poor', roundTripMs: 900, lossRatio: 0.2 } });
  call.tell({ kind: 'caption', speaker: 'oracle', segment: '1', text: 'Bye', isFinal: true });
  call.tell({ kind: 'reconnecting' });
  expect(record.isReconnecting.read()).toBe(true);
  await call.endCall();
  expect(record.transcript.read()).toBeUndefined();
  call.tell({ kind: 'transcript', state: 'kept' });
  expect(record.transcript.read()).toMatchObject({ state: 'kept' });
  expect(call.observers).toBe(1);
  const { remoteTracks, localTracks, oracleActivity, quality, isReconnecting, captions } = record;
  expect([remoteTracks, localTracks, oracleActivity, quality, isReconnecting].map((cell) => cell.read())).toEqual([
    [],
    [],
    undefined,
    undefined,
    false,
  ]);
  expect(captions.read()).toHaveLength(1);
});

test('the next call takes the place of an ended one; a call in progress cannot be dismissed', async () => {
  const { calls, store, call } = place();
  store.dismiss();
  expect(store.current.read()?.call).toBe(call);
  await store.endCall();
  expect(store.current.read()?.state.read().kind).toBe('Ended');
  store.dismiss();
  expect(store.current.read()).toBeUndefined();
  expect(await store.endCall()).toBeUndefined();
  const next = store.place({ type: 'video', oracleDid: SCRIPTED_ORACLE });
  expect(store.current.read()?.call).toBe(next);
  expect(calls.placed).toHaveLength(2);
});

test('the duration counts whole seconds from being live, and stands when the call is being ended', async () => {
  const { clock, call, record } = place();
  const source = durationSource(record, clock);
  const seen: number[] = [];
  const stop = source.subscribe(() => seen.push(source.read()));
  await clock.advance(5_000);
  expect(seen).toEqual([]);
  call.live(parseCallId('$a@b'));
  await clock.advance(2_500);
  expect(source.read()).toBe(2);
  const held = call.holdEnding();
  const ended = call.endCall();
  await clock.advance(9_000);
  expect(source.read()).toBe(2);
  held.release();
  await ended;
  expect([...new Set(seen)]).toEqual([0, 1, 2]);
  stop();
  expect(clock.pendingTimers).toBe(0);
});

test('loudness is looked at while somebody looks, in steps', async () => {
  const clock = new FakeClock();
  let level = 0.123_4;
  const source = levelSource({ level: () => level }, clock);
  expect(clock.pendingTimers).toBe(0);
  let changes = 0;
  const stop = source.subscribe(() => (changes += 1));
  await clock.advance(0);
  expect(source.read()).toBe(0.12);
  level = 0.124;
  await clock.advance(LEVEL_POLL_MS * 3);
  level = 7;
  await clock.advance(LEVEL_POLL_MS);
  expect([source.read(), changes]).toEqual([1, 2]);
  stop();
  expect(clock.pendingTimers).toBe(0);
});
