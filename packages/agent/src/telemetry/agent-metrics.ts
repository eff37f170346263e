import { END_REASONS, JOB_STAGES, TURN_OUTCOMES, TURN_STAGES } from '@oracle-calls/protocol';
import { CALL_BUCKETS_S, TURN_BUCKETS_S, type Metrics, type MetricTable } from '@oracle-calls/telemetry';

/** What may happen to a call's media and keys, as its job sees it. */
export const MEDIA_EVENTS = [
  'undecryptable',
  'broken',
  'publication-refused',
  'reconnecting',
  'reconnected',
  'key-exchange-stalled',
] as const;
export type MediaEvent = (typeof MEDIA_EVENTS)[number];

/** Every metric of an agent's worker. A label never says who or which call: its values stand here. */
export const AGENT_METRICS = {
  oracle_calls_agent_jobs_accepted_total: { kind: 'counter', help: 'Jobs taken from the SFU.', labels: {} },
  oracle_calls_agent_jobs_refused_total: { kind: 'counter', help: 'Jobs without a ticket of a backend.', labels: {} },
  oracle_calls_agent_jobs_active: { kind: 'gauge', help: 'Jobs that hold a seat in an SFU room now.', labels: {} },
  oracle_calls_agent_processes_died_total: {
    kind: 'counter',
    help: 'Job processes that ended out of order while they held a seat.',
    labels: {},
  },
  oracle_calls_agent_calls_ended_total: {
    kind: 'counter',
    help: 'Calls that a job ended, by the reason it reported.',
    labels: { end_reason: END_REASONS },
  },
  oracle_calls_agent_stage_seconds: {
    kind: 'histogram',
    help: 'Time from the start of a job to a stage of its set-up.',
    labels: { stage: JOB_STAGES },
    buckets: CALL_BUCKETS_S,
  },
  oracle_calls_agent_handshake_seconds: {
    kind: 'histogram',
    help: 'Time from the first offer of the key exchange to its confirmation; it includes waiting for the caller.',
    labels: {},
    buckets: CALL_BUCKETS_S,
  },
  oracle_calls_agent_turns_total: {
    kind: 'counter',
    help: 'Spoken turns of users, by how they went on.',
    labels: { outcome: TURN_OUTCOMES },
  },
  oracle_calls_agent_turn_stage_seconds: {
    kind: 'histogram',
    help: 'Time from the end of the user’s speech to a stage of its answer; `firstAudio` is when sound leaves the agent.',
    labels: { stage: TURN_STAGES },
    buckets: TURN_BUCKETS_S,
  },
  oracle_calls_agent_barge_in_seconds: {
    kind: 'histogram',
    help: 'Time from the beginning of speech over an answer until the oracle was silent.',
    labels: {},
    buckets: TURN_BUCKETS_S,
  },
  oracle_calls_agent_media_events_total: {
    kind: 'counter',
    help: 'What the media watch and the key exchange noticed.',
    labels: { event: MEDIA_EVENTS },
  },
} as const satisfies MetricTable;

export type AgentMetrics = Metrics<typeof AGENT_METRICS>;
