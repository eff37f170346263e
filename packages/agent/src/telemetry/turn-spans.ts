import { TURN_STAGES } from '@oracle-calls/protocol';
import type { TurnStage } from '@oracle-calls/protocol';
import { StageSpans } from '@oracle-calls/protocol/trace';
import type { TraceContext, Tracer } from '@oracle-calls/protocol/trace';
import type { TurnMeasures } from '../conversation/turn-measures.ts';
import type { Measure } from './measure.ts';

/** Where each stage of a turn begins. The brain may be asked before the user has finished, so its first word waits for both. */
const AFTER: Readonly<Record<`turn.${TurnStage}`, readonly `turn.${TurnStage}`[]>> = {
  'turn.recognised': [],
  'turn.answerBegun': ['turn.recognised'],
  'turn.firstToken': ['turn.recognised', 'turn.answerBegun'],
  'turn.firstAudio': ['turn.firstToken'],
};

/** The instants of a turn that are known, in the order of the stages. */
function instantsOf(measures: TurnMeasures): readonly (readonly [TurnStage, number])[] {
  return TURN_STAGES.flatMap((stage) => {
    const at = measures[`${stage}At`];
    return at === undefined ? [] : [[stage, at] as const];
  });
}

/**
 * A turn as spans: from the end of the user's speech to the last that is known of its answer. Times and an outcome, and nothing that was said. A turn of
 * which nobody knows where the speech ended has none.
 */
export function traceTurn(tracer: Tracer, parent: TraceContext, measures: TurnMeasures): void {
  const { userStoppedAt, interruptedAt, silencedAt, outcome } = measures;
  if (userStoppedAt === undefined) return;
  const instants = instantsOf(measures);
  const turn = tracer.startSpan('turn', { parent, at: userStoppedAt });
  const stages = new StageSpans({ tracer, parent: turn.context, startedAt: userStoppedAt, after: AFTER });
  // What was done ahead of the end of the speech took nothing of the time after it.
  for (const [stage, at] of instants) stages.reached(`turn.${stage}`, Math.max(userStoppedAt, at));
  if (interruptedAt !== undefined && silencedAt !== undefined) {
    tracer.startSpan('turn.silenced', { parent: turn.context, at: interruptedAt }).end({ at: silencedAt });
  }
  const endedAt = Math.max(userStoppedAt, silencedAt ?? 0, ...instants.map(([, at]) => at));
  turn.end({ at: endedAt, attributes: { 'oracle_calls.turn_outcome': outcome } });
}

/** A turn as what a worker counts. */
export function measuresOfTurn(measures: TurnMeasures): readonly Measure[] {
  const { userStoppedAt, interruptedAt, silencedAt, outcome } = measures;
  const stages = instantsOf(measures).flatMap(([stage, at]): readonly Measure[] => {
    return userStoppedAt === undefined ? [] : [{ kind: 'turn-stage', stage, ms: Math.max(0, at - userStoppedAt) }];
  });
  const bargeIn: readonly Measure[] =
    outcome === 'interrupted' && interruptedAt !== undefined && silencedAt !== undefined
      ? [{ kind: 'barge-in', ms: Math.max(0, silencedAt - interruptedAt) }]
      : [];
  return [{ kind: 'turn', outcome }, ...stages, ...bargeIn];
}
