import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PlatformTrack } from './platform-track.fixture.ts';
import { SendingGuard } from './sending-guard.ts';

let track: PlatformTrack & MediaStreamTrack;
let ready: boolean[];
/** Answers of the worker, one for each question, given by the test. */
let questions: { readonly sender: RTCRtpSender; readonly answer: PromiseWithResolvers<boolean> }[];
let guard: SendingGuard;

const senderOf = (name: string): RTCRtpSender => ({ name }) as object as RTCRtpSender;
const settled = (): Promise<void> => new Promise(setImmediate);

async function answer(isSealing: boolean | Error, index = questions.length - 1): Promise<void> {
  const question = questions[index];
  if (question === undefined) throw new Error('Nothing was asked.');
  if (isSealing instanceof Error) question.answer.reject(isSealing);
  else question.answer.resolve(isSealing);
  await settled();
}

beforeEach(() => {
  vi.stubGlobal('MediaStreamTrack', PlatformTrack);
  track = new PlatformTrack() as PlatformTrack & MediaStreamTrack;
  ready = [];
  questions = [];
  guard = new SendingGuard({
    isSealing: (sender) => {
      const question = { sender, answer: Promise.withResolvers<boolean>() };
      questions.push(question);
      return question.answer.promise;
    },
    onReady: (isReady) => ready.push(isReady),
  });
});

afterEach(() => {
  guard[Symbol.dispose]();
  vi.unstubAllGlobals();
});

/** A track whose sender was seen sealing. */
async function open(): Promise<void> {
  guard.resume();
  guard.hold(track, false);
  guard.senderCreated(track, senderOf('first'));
  await answer(true);
  expect(PlatformTrack.isEnabled(track)).toBe(true);
}

test('a held track is silent until the worker has said that its own sender is sealed', async () => {
  guard.resume();
  guard.hold(track, false);
  expect(PlatformTrack.isEnabled(track)).toBe(false);
  const sender = senderOf('first');
  guard.senderCreated(track, sender);
  await settled();
  expect(PlatformTrack.isEnabled(track)).toBe(false);
  expect(questions.map((question) => question.sender)).toEqual([sender]);
  await answer(true);
  expect(PlatformTrack.isEnabled(track)).toBe(true);
  expect(ready).toEqual([true]);
});

test.each([false, new Error('no answer')])('a worker that answers %s keeps it silent', async (said) => {
  guard.resume();
  guard.hold(track, false);
  guard.senderCreated(track, senderOf('first'));
  await answer(said);
  expect(PlatformTrack.isEnabled(track)).toBe(false);
  expect(ready).toEqual([]);
});

test('nobody else can switch the track on while it is held', async () => {
  guard.resume();
  guard.hold(track, false);
  track.enabled = true;
  expect(PlatformTrack.isEnabled(track)).toBe(false);
  expect(track.enabled).toBe(false);
  guard.senderCreated(track, senderOf('first'));
  await answer(true);
  guard.setMuted(track, true);
  track.enabled = true;
  expect(PlatformTrack.isEnabled(track)).toBe(false);
  track.enabled = false;
  guard.setMuted(track, false);
  expect(PlatformTrack.isEnabled(track)).toBe(true);
  expect(track.enabled).toBe(true);
});

test('a user who has muted is not captured when the sender becomes safe', async () => {
  guard.resume();
  guard.hold(track, true);
  guard.senderCreated(track, senderOf('first'));
  await answer(true);
  expect(PlatformTrack.isEnabled(track)).toBe(false);
  expect(ready).toEqual([true]);
  guard.setMuted(track, false);
  expect(PlatformTrack.isEnabled(track)).toBe(true);
});

test('reconnecting silences at once; only the new sender, asked about again, opens', async () => {
  await open();
  guard.suspend();
  expect(PlatformTrack.isEnabled(track)).toBe(false);
  expect(ready).toEqual([true, false]);
  guard.senderCreated(track, senderOf('second'));
  await settled();
  // While the connection is not mended nothing is even asked.
  expect(questions.length).toBe(1);
  guard.resume();
  await settled();
  expect(PlatformTrack.isEnabled(track)).toBe(false);
  await answer(true);
  expect(PlatformTrack.isEnabled(track)).toBe(true);
  expect(questions.at(-1)?.sender).toEqual(senderOf('second'));
  expect(ready).toEqual([true, false, true]);
});

test('an answer that was asked for before the reconnect does not open', async () => {
  await open();
  void guard.reconsider();
  guard.suspend();
  await answer(true);
  expect(PlatformTrack.isEnabled(track)).toBe(false);
  guard.resume();
  await answer(true, 1);
  expect(PlatformTrack.isEnabled(track)).toBe(false);
});

test('a new sender silences although the one before was sealed', async () => {
  await open();
  guard.senderCreated(track, senderOf('second'));
  expect(PlatformTrack.isEnabled(track)).toBe(false);
  await answer(true);
  expect(PlatformTrack.isEnabled(track)).toBe(true);
});

test('a key that goes away silences; a key that changes leaves no gap', async () => {
  await open();
  const changed = guard.reconsider();
  expect(PlatformTrack.isEnabled(track)).toBe(true);
  await answer(true);
  await changed;
  expect(PlatformTrack.isEnabled(track)).toBe(true);
  void guard.reconsider();
  await answer(false);
  expect(PlatformTrack.isEnabled(track)).toBe(false);
  expect(ready).toEqual([true, false]);
});

test('after the guard is gone the track stays silent and is its owner’s again', async () => {
  await open();
  guard[Symbol.dispose]();
  expect(PlatformTrack.isEnabled(track)).toBe(false);
  track.enabled = true;
  expect(PlatformTrack.isEnabled(track)).toBe(true);
});

test('a track that is not held is nobody’s', () => {
  expect(guard.setMuted(track, true)).toBe(false);
  guard.senderCreated(track, senderOf('first'));
  guard.hold(track, false);
  guard.release(track);
  expect(guard.setMuted(track, true)).toBe(false);
  expect(questions).toEqual([]);
});
