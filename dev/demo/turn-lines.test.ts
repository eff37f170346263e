import { expect, test } from 'vitest';
import { turnLines } from './turn-lines.ts';

test('a turn is one line: what is known of it, and how it went on', () => {
  const said = { callId: 'call', userStoppedAt: '2026-01-01T00:00:00.000Z' };
  expect(
    turnLines([
      { ...said, turn: 1, outcome: 'answered', recognisedMs: 300.4, firstTokenMs: 350, firstAudioMs: 700 },
      { ...said, turn: 2, outcome: 'interrupted', firstAudioMs: 800, interruptedMs: 3_000, silencedMs: 3_120 },
      { ...said, turn: 3, outcome: 'unanswered' },
    ]),
  ).toEqual([
    '  turn 1, answered: recognised 300 ms, first text 350 ms, first sound 700 ms',
    '  turn 2, interrupted: first sound 800 ms, silent 120 ms after speech',
    '  turn 3, unanswered',
  ]);
});
