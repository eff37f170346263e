import { END_REASONS, JOB_STAGES, TURN_OUTCOMES, TURN_STAGES } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { MEDIA_EVENTS, type AgentMetrics } from './agent-metrics.ts';

const base = { case: v.literal('oracle-calls-measure') };
const msSchema = v.pipe(v.number(), v.finite(), v.minValue(0));

/** What a job's process tells its worker to count: closed sets and durations, nothing of the call. */
export const measureSchema = v.variant('kind', [
  v.object({ ...base, kind: v.literal('stage'), stage: v.picklist(JOB_STAGES), ms: msSchema }),
  v.object({ ...base, kind: v.literal('handshake'), ms: msSchema }),
  v.object({ ...base, kind: v.literal('ended'), endReason: v.picklist(END_REASONS) }),
  v.object({ ...base, kind: v.literal('turn'), outcome: v.picklist(TURN_OUTCOMES) }),
  v.object({ ...base, kind: v.literal('turn-stage'), stage: v.picklist(TURN_STAGES), ms: msSchema }),
  v.object({ ...base, kind: v.literal('barge-in'), ms: msSchema }),
  v.object({ ...base, kind: v.literal('media'), event: v.picklist(MEDIA_EVENTS) }),
]);
type Told = v.InferOutput<typeof measureSchema>;
type WithoutCase<T> = T extends unknown ? Omit<T, 'case'> : never;
export type Measure = WithoutCase<Told>;

/** Tells the worker; nobody waits. A process without a worker tells nobody. */
export function tellMeasure(measure: Measure): void {
  const message: Told = { case: 'oracle-calls-measure', ...measure };
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** Takes a message of a job's process; whatever is no measure means nothing. */
export function takeMeasure(message: unknown, metrics: AgentMetrics): void {
  const told = v.safeParse(measureSchema, message);
  if (!told.success) return;
  const measure = told.output;
  switch (measure.kind) {
    case 'stage':
      return metrics.observe('oracle_calls_agent_stage_seconds', { stage: measure.stage }, measure.ms / 1_000);
    case 'handshake':
      return metrics.observe('oracle_calls_agent_handshake_seconds', {}, measure.ms / 1_000);
    case 'ended':
      return metrics.add('oracle_calls_agent_calls_ended_total', { end_reason: measure.endReason });
    case 'turn':
      return metrics.add('oracle_calls_agent_turns_total', { outcome: measure.outcome });
    case 'turn-stage':
      return metrics.observe('oracle_calls_agent_turn_stage_seconds', { stage: measure.stage }, measure.ms / 1_000);
    case 'barge-in':
      return metrics.observe('oracle_calls_agent_barge_in_seconds', {}, measure.ms / 1_000);
    case 'media':
      return metrics.add('oracle_calls_agent_media_events_total', { event: measure.event });
    default:
      measure satisfies never;
  }
}
