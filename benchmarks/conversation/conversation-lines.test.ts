import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { conversationLines, profileLines } from './conversation-lines.ts';
import type { TalkFigures } from './figures.ts';
import { recordingNamed } from './recordings/spoken-set.ts';
import type { AskedQuestion } from './spoken-call.ts';

const NOTHING_MEASURED: TalkFigures = {
  calls: 1,
  questions: 21,
  wordErrorRate: 0.019,
  wordErrorRates: { clean: 0.02, noisy: 0, hesitant: 0.032, people: 0 },
  rightAnswers: { right: 18, of: 18 },
  unanswered: 0,
  cutInto: 1,
  voiceToVoiceMs: { p50: 1_050, p95: 1_900 },
  bargeInStopMs: null,
  bargeInStopAtAgentMs: null,
  missedInterruptions: { missed: 0, of: 4 },
  falseInterruptions: { false: 1, of: 8 },
  held: 3,
  resumeMs: null,
  memoryBytesPerCall: null,
  cpuPerCall: 0.2,
  callsPerCore: 5,
};

const ASKED: AskedQuestion = {
  recording: recordingNamed('breakfast'),
  timeline: { recognisedMs: 310.4, firstAudioMs: 702, audibleMs: 880 },
  recognised: 'What time is breakfast?',
  answer: new Float32Array(0),
  wasCutInto: false,
};

const plain = (lines: readonly string[]): string[] => lines.map(stripVTControlCharacters);

test('the table fits a terminal, has the aims beside the figures, and a dash where nothing was measured', () => {
  const bare = { recogniseMs: null, answerMs: null, synthesiseMs: null, sumMs: { p50: 500, p95: 900 } };
  const lines = plain(
    conversationLines({
      talk: NOTHING_MEASURED,
      pipeline: { pipelineMs: { p50: 240, p95: 300 }, endOfTurnWaitMs: 200, turns: [] },
      bare,
    }),
  );
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  const row = (start: string): string => lines.find((line) => line.trim().startsWith(start)) ?? '';
  expect(row('voice to voice, at the page')).toMatch(/1050 ms\s+1900 ms\s+aim 1200, 2000/);
  expect(row('voice to voice / bare engines')).toContain('2.10');
  expect(row('interrupted: silent at the page')).toMatch(/–\s+–\s+aim 200/);
  expect(row('false interruptions')).toContain('1/8');
});

test('the profile has a line for each question, what is not known left open', () => {
  const lines = plain(
    profileLines('Each', [
      ASKED,
      { ...ASKED, timeline: undefined },
      { ...ASKED, wasCutInto: true, timeline: { audibleMs: 100 } },
    ]),
  );
  expect(lines[2]).toMatch(/^ {2}breakfast\s+310\s+–\s+–\s+702\s+880$/);
  expect(lines[3]).toMatch(/breakfast\s+no answer$/);
  expect(lines[4]).toMatch(/–\s+100 {2}cut$/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});
