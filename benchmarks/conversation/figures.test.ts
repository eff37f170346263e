import { expect, test } from 'vitest';
import { figuresOf } from './figures.ts';
import { recordingNamed } from './recordings/spoken-set.ts';
import type { AskedQuestion, SaidInto } from './spoken-call.ts';
import type { Talk } from './talk.ts';

function asked(name: string, audibleMs: number | undefined, more: Partial<AskedQuestion> = {}): AskedQuestion {
  const recording = recordingNamed(name);
  return {
    recording,
    timeline: audibleMs === undefined ? undefined : { audibleMs },
    recognised: recording.text,
    answer: new Float32Array(0),
    wasCutInto: false,
    ...more,
  };
}

function said(name: string, more: Partial<SaidInto>): SaidInto {
  return {
    recording: recordingNamed(name),
    hasEnded: false,
    silentMs: undefined,
    agentSilentMs: undefined,
    resumedMs: undefined,
    ...more,
  };
}

/** Each kind has to be there: a rate of no words is none. */
const QUESTIONS = [
  asked('breakfast', 900),
  asked('bus', 1_100, { recognised: 'Which bus goes to a house' }),
  asked('sunday', 1_300),
  asked('station', 100, { wasCutInto: true }),
  asked('disposed', undefined),
];

const TALK: Talk = {
  questions: QUESTIONS,
  interruptions: [said('stop', { hasEnded: true, silentMs: 180, agentSilentMs: 90 }), said('hold-on', {})],
  asides: [
    said('mhm', { silentMs: 150, resumedMs: 420 }),
    said('cough', { hasEnded: true, silentMs: 200 }),
    said('knock', {}),
  ],
  usage: { memoryBytes: 200, cpu: 0.25 },
};

test('what was cut into, or not answered, says nothing about how fast answers come', () => {
  const figures = figuresOf([TALK], ({ recording }) => recording.name === 'breakfast');
  expect(figures.voiceToVoiceMs).toEqual({ p50: 1_100, p95: 1_300 });
  expect(figures).toMatchObject({ questions: 5, unanswered: 1, cutInto: 1, rightAnswers: { right: 1, of: 4 } });
  expect(figures.wordErrorRates.clean).toBe(0.1);
  expect(figures.wordErrorRates.noisy).toBe(0);
});

test('an interruption counts when the answer was given up; a mere sound that does that is a false one', () => {
  const figures = figuresOf([TALK], () => true);
  expect(figures.bargeInStopMs).toEqual({ p50: 180, p95: 180 });
  expect(figures.missedInterruptions).toEqual({ missed: 1, of: 2 });
  expect(figures.falseInterruptions).toEqual({ false: 1, of: 3 });
  expect(figures).toMatchObject({ held: 1, resumeMs: { p50: 420, p95: 420 } });
});

test('calls per core follow from the processor time of a call, where the system tells it', () => {
  expect(figuresOf([TALK, TALK], () => true)).toMatchObject({
    cpuPerCall: 0.25,
    callsPerCore: 4,
    memoryBytesPerCall: 200,
  });
  expect(figuresOf([{ ...TALK, usage: undefined }], () => true)).toMatchObject({
    cpuPerCall: null,
    callsPerCore: null,
  });
});
