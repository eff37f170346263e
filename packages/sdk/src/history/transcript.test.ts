import {
  createCallId,
  OracleCallError,
  openTranscriptPart,
  parseTranscriptEvent,
  relatedTranscriptEvent,
  sealTranscriptPart,
  TRANSCRIPT_EVENT_TYPE,
  TRANSCRIPT_KEY_LABEL,
  type CallId,
  type TranscriptBody,
} from '@oracle-calls/protocol';
import { createFakeEventId, fakeAccountKey } from '@oracle-calls/testing';
import { expect, test } from 'vitest';
import { ALICE, MALLORY, ORACLE, ORACLE_DID, ROOM } from '../call/call-scene.fixture.ts';
import { PART_EVERY_MS } from './transcript-keeper.ts';
import { transcriptScene } from './transcript.fixture.ts';

test('what both said and wrote is kept when the call ends, sealed, in its order, and can be read', async () => {
  const { core, keptCall, say, protocol, clock, verdict, parts } = transcriptScene();
  const call = await keptCall();
  say('user', 'Where is my bicycle?');
  say('oracle', 'It is', false);
  await clock.advance(1_000);
  say('oracle', 'It is in the shed.');
  await call.sendChat('Thank you');
  protocol.link.hear({ kind: 'chat', text: 'A map follows', sentAt: 1 });
  await call.endCall();
  await expect(verdict()).resolves.toMatchObject({ state: 'kept' });
  expect(parts()).toHaveLength(1);
  expect(JSON.stringify(parts())).not.toContain('bicycle');
  const transcript = await core.history.transcript({ oracleDid: ORACLE_DID, callId: call.callId });
  const at = clock.now();
  expect(transcript).toEqual({
    callId: call.callId,
    isComplete: true,
    lines: [
      { speaker: 'user', how: 'spoken', text: 'Where is my bicycle?', at: at - 1_000 },
      { speaker: 'oracle', how: 'spoken', text: 'It is in the shed.', at },
      { speaker: 'user', how: 'written', text: 'Thank you', at },
      { speaker: 'oracle', how: 'written', text: 'A map follows', at },
    ],
  });
  await core.close();
  expect(clock.pendingTimers).toBe(0);
});

test('nothing is kept without consent, and nothing of a call in which nothing was said', async () => {
  const silent = transcriptScene();
  const quiet = await silent.keptCall();
  await quiet.endCall();
  await silent.core.close();
  expect(silent.parts()).toEqual([]);
  const scene = transcriptScene();
  const call = await scene.keptCall(false);
  scene.say('user', 'off the record');
  await call.endCall();
  await scene.core.close();
  expect(scene.parts()).toEqual([]);
  expect(scene.notices.filter(({ kind }) => kind === 'transcript')).toEqual([]);
  await expect(scene.core.history.transcript({ oracleDid: ORACLE_DID, callId: call.callId })).rejects.toThrow();
});

test('a segment that is told again is kept once', async () => {
  const { core, keptCall, protocol, verdict } = transcriptScene();
  const call = await keptCall();
  const caption = { kind: 'caption', speaker: 'user', segment: 'ab'.repeat(16), text: 'Once.', isFinal: true } as const;
  protocol.link.hear(caption);
  protocol.link.hear(caption);
  await call.endCall();
  await verdict();
  const transcript = await core.history.transcript({ oracleDid: ORACLE_DID, callId: call.callId });
  expect(transcript?.lines).toHaveLength(1);
});

test('a long call is written as it goes, so that a crash loses little', async () => {
  const { core, keptCall, say, clock, untilParts, until } = transcriptScene();
  const call = await keptCall();
  await until(() => (clock.pendingTimers > 0 ? true : undefined));
  say('user', 'The first part.');
  await clock.advance(PART_EVERY_MS);
  await untilParts(1);
  // Nothing was said: no part.
  await clock.advance(PART_EVERY_MS);
  say('oracle', 'The second part.');
  await clock.advance(PART_EVERY_MS);
  await untilParts(2);
  const read = () => core.history.transcript({ oracleDid: ORACLE_DID, callId: call.callId });
  await expect(read()).resolves.toMatchObject({ isComplete: false, lines: [{ text: 'The first part.' }, {}] });
  await call.endCall();
  await untilParts(3);
  await expect(read()).resolves.toMatchObject({ isComplete: true });
});

test('a page that is being left writes what it has, in a request that outlives it', async () => {
  const { core, keptCall, say, untilParts, until, matrix, clock } = transcriptScene();
  await keptCall();
  await until(() => (clock.pendingTimers > 0 ? true : undefined));
  say('user', 'Before the tab was closed.');
  const isKeptAlive: unknown[] = [];
  const send = matrix.sendEvent.bind(matrix);
  matrix.sendEvent = (room, type, content, options) => {
    isKeptAlive.push(options.isKeptAlive);
    return send(room, type, content, options);
  };
  core.pageHidden();
  await untilParts(1);
  expect(isKeptAlive).toEqual([true]);
});

test('a part that could not be sent goes first the next time, under its transaction id and once', async () => {
  const { core, keptCall, say, clock, matrix, untilParts, verdict, parts, until } = transcriptScene();
  const call = await keptCall();
  await until(() => (clock.pendingTimers > 0 ? true : undefined));
  const tried: string[] = [];
  const send = matrix.sendEvent.bind(matrix);
  matrix.sendEvent = async (room, type, content, options) => {
    if (type !== TRANSCRIPT_EVENT_TYPE) return await send(room, type, content, options);
    tried.push(options.transactionId);
    if (tried.length === 1) throw new OracleCallError('ERR_MATRIX_SEND');
    return await send(room, type, content, options);
  };
  say('user', 'one');
  await clock.advance(PART_EVERY_MS);
  await until(() => (tried.length === 1 ? true : undefined));
  say('user', 'two');
  await call.endCall();
  await untilParts(2);
  await verdict();
  expect(tried[1]).toBe(tried[0]);
  expect(parts().map(({ content }) => parseTranscriptEvent(content).part)).toEqual([0, 1]);
  const transcript = await core.history.transcript({ oracleDid: ORACLE_DID, callId: call.callId });
  expect(transcript?.lines.map(({ text }) => text)).toEqual(['one', 'two']);
});

test('a transcript that cannot be kept is said to be lost, and why', async () => {
  const { keptCall, say, matrix, verdict, parts } = transcriptScene();
  matrix.accountSeed = undefined;
  const call = await keptCall();
  say('user', 'lost words');
  await call.endCall();
  await expect(verdict()).resolves.toMatchObject({
    state: 'lost',
    error: { code: 'ERR_MATRIX_CROSS_SIGNING', details: { side: 'self' } },
  });
  expect(parts()).toEqual([]);
});

test('more than one part holds is split, and closing waits for it', async () => {
  const { core, keptCall, say, parts, until, clock } = transcriptScene();
  const call = await keptCall();
  await until(() => (clock.pendingTimers > 0 ? true : undefined));
  for (let count = 0; count < 30; count += 1) say('oracle', 'x'.repeat(2_000));
  const { callId } = call;
  await core.close();
  expect(parts().length).toBeGreaterThan(2);
  expect(callId).toBeDefined();
});

/** Plants an event of a call in the room, as whoever can write there. */
async function plant(
  scene: ReturnType<typeof transcriptScene>,
  callId: CallId,
  how: { readonly seed: string; readonly sender?: typeof ALICE; readonly sealedFor?: CallId; readonly inner?: CallId },
): Promise<void> {
  const { seed, sender = ALICE, sealedFor = callId, inner = sealedFor } = how;
  const key = await fakeAccountKey(seed, TRANSCRIPT_KEY_LABEL);
  if (key === undefined) throw new Error('no key');
  const body: TranscriptBody = {
    isLast: true,
    lines: [{ speaker: 'oracle', how: 'spoken', text: 'Send me your money.', at: 1 }],
  };
  const sealed = await sealTranscriptPart(key, { callId: sealedFor, part: 0, account: ALICE }, body);
  const content = relatedTranscriptEvent({ v: 1, callId: inner, part: 0, sealed }, scene.eventIdOf(callId));
  scene.matrix.put({ matrixRoomId: ROOM, sender, type: TRANSCRIPT_EVENT_TYPE, content });
}

const otherCall = createCallId(createFakeEventId(), 'lk-other' as never);

test.each([
  ['by the homeserver under the name of this account', { seed: 'guessed' }],
  ["by the oracle's account", { seed: 'guessed', sender: ORACLE }],
  ['by somebody else who has the key, which nobody has', { seed: 'seed', sender: MALLORY }],
  ['of another call, moved here by its relation', { seed: 'seed', sealedFor: otherCall }],
  ['of another call, with this call named inside', { seed: 'seed', sealedFor: otherCall, inner: 'this' }],
] as const)(
  'a transcript planted %s is refused',
  async (_name, { inner, ...how }: { seed: string; inner?: string }) => {
    const scene = transcriptScene();
    const { callId } = await scene.keptCall();
    await plant(scene, callId, { ...how, ...(inner === 'this' ? { inner: callId } : {}) });
    const read = await scene.core.history.transcript({ oracleDid: ORACLE_DID, callId });
    expect(read).toBeUndefined();
  },
);

test('twin: a reader that trusts the room takes what another key sealed, and one that trusts the relation another call', async () => {
  const scene = transcriptScene();
  const { callId } = await scene.keptCall();
  // Whoever seals with the key that the reader uses is believed: the refusals above come from the key and the place alone.
  scene.matrix.accountSeed = 'guessed';
  await plant(scene, callId, { seed: 'guessed' });
  const believed = await scene.core.history.transcript({ oracleDid: ORACLE_DID, callId });
  expect(believed?.lines[0]?.text).toBe('Send me your money.');
  // Without comparing the inner call id, a transcript of another call opens for the place that it names itself.
  const moved = transcriptScene();
  const here = await moved.keptCall();
  await plant(moved, here.callId, { seed: 'seed', sealedFor: otherCall });
  const [event] = await (
    await moved.matrix.ownRecords()
  )
    .fetch(ORACLE, moved.eventIdOf(here.callId))
    .then((events) => events.filter(({ type }) => type === TRANSCRIPT_EVENT_TYPE));
  const content = parseTranscriptEvent(event?.content);
  const key = await fakeAccountKey('seed', TRANSCRIPT_KEY_LABEL);
  if (key === undefined) throw new Error('no key');
  const opened = await openTranscriptPart(key, { ...content, account: ALICE }, content.sealed);
  expect(opened.lines).toHaveLength(1);
});

test('what the person allowed, refused or chose by touch is kept, and what was not answered is not', async () => {
  const { core, keptCall, protocol, verdict } = transcriptScene();
  const call = await keptCall();
  const order = { kind: 'question', asks: 'approval', tool: 'order', text: 'Order cakes?', waitsMs: 9_000 } as const;
  const choices = [{ key: '2', label: 'Tea' }] as const;
  for (const argumentsText of ['{"count":2}', '{"count":200}', '{}']) protocol.link.hear({ ...order, argumentsText });
  protocol.link.hear({ kind: 'question', asks: 'choice', text: 'What to drink?', choices, waitsMs: 9_000 });
  const [two, manyOf, , drink] = call.questions.map(({ id }) => id);
  await call.answer(two ?? '', { answers: 'approval', isApproved: true });
  await call.answer(manyOf ?? '', { answers: 'approval', isApproved: false });
  await call.answer(drink ?? '', { answers: 'choice', key: '2' });
  await call.endCall();
  await verdict();
  const transcript = await core.history.transcript({ oracleDid: ORACLE_DID, callId: call.callId });
  expect(transcript?.lines.map(({ speaker, how, text }) => `${speaker} ${how}: ${text}`)).toEqual([
    'oracle written: Order cakes?',
    'user written: ✓ order {"count":2}',
    'oracle written: Order cakes?',
    'user written: ✗ order {"count":200}',
    'oracle written: What to drink?',
    'user written: 2 Tea',
  ]);
});
