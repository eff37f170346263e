import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { createRingtone, type RingtoneContext } from './ringtone.ts';

/** A context that counts notes; of WebAudio it has what a ringtone touches. */
function fakeContext(state: AudioContextState) {
  const counted = { notes: 0, isClosed: false, state };
  const param = {
    value: 0,
    setValueAtTime: () => param,
    linearRampToValueAtTime: () => param,
    exponentialRampToValueAtTime: () => param,
  };
  const node = {
    connect: () => node,
    gain: param,
    frequency: param,
    type: 'sine',
    stop: () => undefined,
    start: () => void (counted.notes += 1),
  };
  const context = {
    get state() {
      return counted.state;
    },
    currentTime: 0,
    destination: node,
    createOscillator: () => node,
    createGain: () => node,
    resume: () => Promise.resolve(),
    close: async () => void (counted.isClosed = true),
  };
  return { counted, context: context as object as RingtoneContext };
}

test('a ringtone goes round until it is stopped, and then is silent at once', async () => {
  const clock = new FakeClock();
  const { counted, context } = fakeContext('running');
  const ringtone = createRingtone(clock, () => context);
  ringtone.start();
  const round = counted.notes;
  expect(round).toBeGreaterThan(0);
  await clock.advance(2_800 * 2);
  expect(counted.notes).toBe(round * 3);
  ringtone.stop();
  ringtone.stop();
  expect(counted.isClosed).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

test('a browser that holds sound back until a gesture does not play the rounds it missed', async () => {
  const clock = new FakeClock();
  const { counted, context } = fakeContext('suspended');
  const ringtone = createRingtone(clock, () => context);
  ringtone.start();
  await clock.advance(2_800 * 3);
  expect(counted.notes).toBe(0);
  counted.state = 'running';
  await clock.advance(2_800);
  expect(counted.notes).toBe(5);
  ringtone.stop();
});

test('a machine without a speaker rings without a sound', () => {
  const ringtone = createRingtone(new FakeClock(), () => {
    throw new DOMException('no device', 'NotSupportedError');
  });
  ringtone.start();
  ringtone.stop();
});
