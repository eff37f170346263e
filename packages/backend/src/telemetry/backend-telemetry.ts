import { silentTracer, type Sampler, type Tracer } from '@oracle-calls/protocol/trace';
import { silentMetrics } from '@oracle-calls/telemetry';
import type { BackendMetrics } from './backend-metrics.ts';

/** Where the backend's measurements and spans go. */
export interface BackendTelemetry {
  readonly metrics: BackendMetrics;
  readonly tracer: Tracer;
  /** Which traces are recorded. Ours to say: what flag a client sets does not count. */
  readonly sample: Sampler;
}

/** Measures and records nothing. Log lines still carry the trace id that a client sent. */
export const silentTelemetry: BackendTelemetry = {
  metrics: silentMetrics,
  tracer: silentTracer,
  sample: () => false,
};
