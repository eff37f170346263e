import { CALL_TYPES, END_REASONS, ERROR_CODES } from '@oracle-calls/protocol';
import { ROUTES } from '@oracle-calls/protocol/http';
import { SPAN_METHODS } from '@oracle-calls/protocol/trace';
import { CALL_BUCKETS_S, REQUEST_BUCKETS_S, type Metrics, type MetricTable } from '@oracle-calls/telemetry';
import { RATE_LIMIT_DEFAULTS, type RateLimitKind } from '../rate-limits/rate-limits.ts';
import { READINESS_PARTS } from '../readiness/readiness.ts';

const LIMITS = Object.keys(RATE_LIMIT_DEFAULTS) as readonly RateLimitKind[];

/** How a request ended: well, or with a code of the error table. */
const OUTCOMES = ['ok', ...ERROR_CODES] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const METRIC_ROUTES = [...Object.values(ROUTES), 'other'] as const;
export type MetricRoute = (typeof METRIC_ROUTES)[number];
export const METRIC_METHODS = [...SPAN_METHODS, 'other'] as const;
export type MetricMethod = (typeof METRIC_METHODS)[number];

/** What the backend sees of a call's start, in the order in which it normally happens. */
export const SETUP_STAGES = ['eventAccepted', 'claimed', 'keyReleased', 'active'] as const;
export type SetupStage = (typeof SETUP_STAGES)[number];

/** Every metric of the backend. A label never says who, which call or which room: its values stand here. */
export const BACKEND_METRICS = {
  oracle_calls_http_requests_total: {
    kind: 'counter',
    help: 'Requests by route and by how they ended: `ok`, or the code of the refusal.',
    labels: { route: METRIC_ROUTES, method: METRIC_METHODS, code: OUTCOMES },
  },
  oracle_calls_http_request_duration_seconds: {
    kind: 'histogram',
    help: 'Time from the head of a request to its answer.',
    labels: { route: METRIC_ROUTES },
    buckets: REQUEST_BUCKETS_S,
  },
  oracle_calls_rate_limited_total: {
    kind: 'counter',
    help: 'Requests above a limit, by which limit.',
    labels: { limit: LIMITS },
  },
  oracle_calls_events_refused_total: {
    kind: 'counter',
    help: 'Call events that were not taken, by why.',
    labels: { code: ERROR_CODES },
  },
  oracle_calls_accepted_total: {
    kind: 'counter',
    help: 'Calls whose event was taken.',
    labels: { call_type: CALL_TYPES },
  },
  oracle_calls_ended_total: {
    kind: 'counter',
    help: 'Calls that ended, by why and who said so first.',
    labels: { end_reason: END_REASONS, ended_by: ['edit', 'user', 'agent', 'backend'] },
  },
  oracle_calls_live: {
    kind: 'gauge',
    help: 'Calls that have not ended.',
    labels: { status: ['pending', 'active'] },
  },
  oracle_calls_setup_stage_seconds: {
    kind: 'histogram',
    help: 'Time from the first request for a join token to a stage of the set-up.',
    labels: { stage: SETUP_STAGES },
    buckets: CALL_BUCKETS_S,
  },
  oracle_calls_key_requests_total: {
    kind: 'counter',
    help: 'Requests for a sealed key by an authenticated agent: `ok` when it was given, else why not.',
    labels: { code: OUTCOMES },
  },
  oracle_calls_memories_total: {
    kind: 'counter',
    help: 'What became of what oracles remember: kept by an agent, given to one with a call, erased, or refused to be kept.',
    labels: { what: ['kept', 'released', 'erased', 'refused'] },
  },
  oracle_calls_sfu_rooms_open: { kind: 'gauge', help: 'SFU rooms that are not known to be closed.', labels: {} },
  oracle_calls_matrix_syncing: {
    kind: 'gauge',
    help: '1 while the Matrix account of every oracle syncs, else 0.',
    labels: {},
  },
  oracle_calls_matrix_sync_age_seconds: {
    kind: 'gauge',
    help: 'Time since the homeserver last answered a sync, of several oracles the longest; it holds a quiet one for half a minute.',
    labels: {},
  },
  oracle_calls_answers_due: {
    kind: 'gauge',
    help: 'Calls whose state the oracle’s side has not been able to tell in Matrix yet.',
    labels: {},
  },
  oracle_calls_database_ping_seconds: {
    kind: 'gauge',
    help: 'How long the database took to answer just now.',
    labels: {},
  },
  oracle_calls_draining: {
    kind: 'gauge',
    help: '1 once the backend was told to stop and takes no new call, else 0.',
    labels: {},
  },
  oracle_calls_ready: {
    kind: 'gauge',
    help: '1 while a part that calls need answers, else 0; the same as `/readyz`.',
    labels: { part: READINESS_PARTS },
  },
} as const satisfies MetricTable;

export type BackendMetrics = Metrics<typeof BACKEND_METRICS>;
