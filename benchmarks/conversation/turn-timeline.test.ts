import { expect, test } from 'vitest';
import { agentTurns } from '../../dev/demo/agent-turns.ts';
import { CallFacts } from '../../dev/demo/call-facts.ts';
import { joinTurn, turnHeard } from './turn-timeline.ts';

const AT = Date.parse('2026-01-01T00:00:10.000Z');

function factsOf(...turns: readonly object[]): CallFacts {
  const facts = new CallFacts();
  for (const turn of turns) {
    const line = { at: '2026-01-01T00:00:20.000Z', level: 'info', msg: 'turn over', callId: 'call', ...turn };
    facts.add(JSON.stringify(line));
  }
  return facts;
}

const spoken = (turn: number, stoppedAfterMs: number, firstAudioMs?: number): object => ({
  turn,
  outcome: firstAudioMs === undefined ? 'unanswered' : 'answered',
  userStoppedAt: new Date(AT + stoppedAfterMs).toISOString(),
  recognisedMs: 300,
  ...(firstAudioMs === undefined ? {} : { firstTokenMs: 400, firstAudioMs }),
});

test("the agent's instants are counted from the page's own end of the question", () => {
  const [turn] = agentTurns(factsOf(spoken(1, 40, 700), { ...spoken(1, 0, 1), callId: 'another' }), 'call');
  const joined = joinTurn(turn, { userStoppedAt: AT, audibleAt: AT + 820 });
  expect(joined).toMatchObject({ agentUserStoppedMs: 40, recognisedMs: 340, firstAudioMs: 740, audibleMs: 820 });
  expect(joinTurn(undefined, { userStoppedAt: AT, audibleAt: AT + 820 })).toEqual({ audibleMs: 820 });
});

test('of several turns in one question, that is taken whose answer was heard', () => {
  const turns = agentTurns(factsOf(spoken(1, -2_000), spoken(2, 30, 700), spoken(3, 5_000, 700)), 'call');
  expect(turnHeard(turns, { since: AT - 3_000, audibleAt: AT + 800 })?.turn).toBe(2);
  expect(turnHeard(turns, { since: AT + 100, audibleAt: AT + 800 })).toBeUndefined();
});
