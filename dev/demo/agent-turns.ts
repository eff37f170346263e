import * as v from 'valibot';
import type { CallFacts } from './call-facts.ts';

const msSchema = v.optional(v.number());

/** What the agent logs of a turn: where the user's speech ended by its ears, and ms since then. */
const agentTurnSchema = v.looseObject({
  callId: v.string(),
  turn: v.number(),
  outcome: v.picklist(['answered', 'interrupted', 'resumed', 'unanswered']),
  userStoppedAt: v.pipe(v.string(), v.isoTimestamp()),
  recognisedMs: msSchema,
  answerBegunMs: msSchema,
  firstTokenMs: msSchema,
  firstAudioMs: msSchema,
  interruptedMs: msSchema,
  silencedMs: msSchema,
});
export type AgentTurn = v.InferOutput<typeof agentTurnSchema>;

/** The turns of a call that are over, in order. @throws {ValiError} when a line is none */
export function agentTurns(facts: CallFacts, callId: string): readonly AgentTurn[] {
  return facts
    .all('turn over')
    .filter((fact) => fact.callId === callId)
    .map((fact) => v.parse(agentTurnSchema, fact));
}
