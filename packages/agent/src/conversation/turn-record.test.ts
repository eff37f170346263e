import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import { turnFields } from './turn-measures.ts';
import type { TurnMeasures } from './turn-measures.ts';
import { TurnRecord } from './turn-record.ts';

async function scene() {
  const told: TurnMeasures[] = [];
  const clock = new FakeClock();
  const record = new TurnRecord((measures) => told.push(measures), clock);
  const startedAt = clock.now();
  await clock.advance(1_000);
  return { told, clock, record, startedAt };
}

describe('the record of a turn', () => {
  it('has the instants of the answer that was heard, and is told once', async () => {
    const { told, clock, record, startedAt } = await scene();
    record.answerBegun().pieceCame();
    await clock.advance(50);
    const begun = record.answerBegun();
    record.turnOver(startedAt + 900, clock.now());
    await clock.advance(20);
    begun.pieceCame();
    await clock.advance(30);
    record.firstAudio();
    record.firstAudio();
    record.answerOver('heard');
    record.answerOver('heard');
    expect(told.map(turnFields)).toEqual([
      { turn: 1, outcome: 'answered', recognisedMs: 150, answerBegunMs: 150, firstTokenMs: 170, firstAudioMs: 200 },
    ]);
  });

  it('tells an answer that went on after a cough from one that was given up', async () => {
    const { told, clock, record } = await scene();
    for (const how of ['heard', 'given-up'] as const) {
      record.turnOver(clock.now(), clock.now());
      record.answerBegun();
      record.firstAudio();
      await clock.advance(500);
      record.held(clock.now() - 120);
      record.answerOver(how);
    }
    expect(told.map(({ turn, outcome }) => [turn, outcome])).toEqual([
      [1, 'resumed'],
      [2, 'interrupted'],
    ]);
    expect(told.map(({ silencedAt = 0, interruptedAt = 0 }) => silencedAt - interruptedAt)).toEqual([120, 120]);
  });

  it('has no answer where none was heard before the next turn', async () => {
    const { told, clock, record } = await scene();
    record.turnOver(clock.now(), clock.now());
    record.turnOver(clock.now(), clock.now());
    expect(told.map(({ outcome, firstAudioAt }) => [outcome, firstAudioAt])).toEqual([['unanswered', undefined]]);
  });

  it('has of a realtime model’s turn what is known of it, and no more', async () => {
    const { told, clock, record, startedAt } = await scene();
    record.turnOver(startedAt + 500);
    await clock.advance(100);
    record.firstText();
    await clock.advance(50);
    record.firstText();
    record.firstAudio();
    await clock.advance(50);
    record.held(undefined);
    record.answerOver('given-up');
    record.turnOver(undefined);
    record.firstAudio();
    record.firstText();
    record.answerOver('heard');
    expect(told.map(turnFields)).toEqual([
      { turn: 1, outcome: 'interrupted', firstTokenMs: 600, firstAudioMs: 650, silencedMs: 700 },
      // Milliseconds since what?
      { turn: 2, outcome: 'answered' },
    ]);
    expect(told[1]?.firstTokenAt).toBeUndefined();
  });

  it('says nothing of answers to no spoken turn', async () => {
    const { told, record } = await scene();
    record.answerBegun();
    record.firstAudio();
    record.answerOver('heard');
    expect(told).toEqual([]);
  });
});
