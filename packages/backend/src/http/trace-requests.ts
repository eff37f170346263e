import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { isOracleCallError, type Clock } from '@oracle-calls/protocol';
import { API_PREFIX, ROUTES } from '@oracle-calls/protocol/http';
import { parseTraceparent, SPAN_METHODS, TRACEPARENT } from '@oracle-calls/protocol/trace';
import { METRIC_ROUTES, type MetricMethod, type MetricRoute, type Outcome } from '../telemetry/backend-metrics.ts';
import type { BackendTelemetry } from '../telemetry/backend-telemetry.ts';
import { runInScope, TraceScope } from '../telemetry/trace-scope.ts';

/** Asked by machines all day long, and part of no call. */
const UNTRACED: ReadonlySet<string> = new Set([ROUTES.healthz, ROUTES.readyz, ROUTES.sfuWebhook]);

/** Measures every request, and makes those of calls part of their trace. */
export function traceRequests({ metrics, tracer, sample }: BackendTelemetry, clock: Clock): MiddlewareHandler {
  return async (c, next) => {
    const route = routeOf(routePath(c, -1));
    const method: MetricMethod = SPAN_METHODS.find((known) => known === c.req.method) ?? 'other';
    const beganAt = performance.now();
    const claimed = parseTraceparent(c.req.header(TRACEPARENT));
    const scope =
      UNTRACED.has(route) || route === 'other' || method === 'other'
        ? undefined
        : new TraceScope({ tracer, sample, name: `${method} ${route}`, startedAt: clock.now(), claimed });
    await (scope === undefined ? next() : runInScope(scope, next));
    const code = outcomeOf(c.error, c.res.ok);
    scope?.end({
      attributes: {
        'http.request.method': method === 'other' ? undefined : method,
        'http.route': route,
        'http.response.status_code': c.res.status,
        ...(code === 'ok' ? {} : { 'error.type': code }),
      },
    });
    metrics.add('oracle_calls_http_requests_total', { route, method, code });
    metrics.observe('oracle_calls_http_request_duration_seconds', { route }, (performance.now() - beganAt) / 1_000);
  };
}

function routeOf(pattern: string): MetricRoute {
  const own = pattern.startsWith(`${API_PREFIX}/`) ? pattern.slice(API_PREFIX.length) : pattern;
  return METRIC_ROUTES.find((route) => route === own) ?? 'other';
}

function outcomeOf(error: Error | undefined, isOk: boolean): Outcome {
  if (isOracleCallError(error)) return error.code;
  return error === undefined && isOk ? 'ok' : 'ERR_INTERNAL';
}
