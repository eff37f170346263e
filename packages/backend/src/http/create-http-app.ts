import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { OracleCallError, silentLogger, systemClock, type Clock, type Logger } from '@oracle-calls/protocol';
import { API_PREFIX, REQUEST_MAX_BYTES, ROUTES } from '@oracle-calls/protocol/http';
import { TRACEPARENT } from '@oracle-calls/protocol/trace';
import type { Backend } from '../backend.ts';
import { TrustedProxies } from '../client-address/trusted-proxies.ts';
import { RateLimits, type RateLimitOptions } from '../rate-limits/rate-limits.ts';
import { silentTelemetry, type BackendTelemetry } from '../telemetry/backend-telemetry.ts';
import { tracedLogger } from '../telemetry/traced-logger.ts';
import { DOCS_PATH } from './docs-page/docs-page-files.ts';
import { Gate } from './gate.ts';
import { OPEN_API_PATH } from './open-api/open-api-document.ts';
import { OPERATIONS } from './open-api/operations.ts';
import { isMatrixPath, matrixErrorResponse } from './matrix-error-response.ts';
import { problemResponse } from './problem-response.ts';
import { REQUEST_DEADLINE_MS, requestDeadline } from './request-deadline.ts';
import type { Route, RouteDeps } from './route.ts';
import { callsRoute } from './routes/calls.ts';
import { claimRoute } from './routes/claim.ts';
import { docsRoute } from './routes/docs.ts';
import { healthRoute } from './routes/health.ts';
import { joinTokenRoute } from './routes/join-token.ts';
import { keyRoute } from './routes/key.ts';
import { memoriesRoute } from './routes/memories.ts';
import { openApiRoute } from './routes/open-api.ts';
import { ringsRoute } from './routes/rings.ts';
import { sessionRoute } from './routes/session.ts';
import { sfuTokenRoute } from './routes/sfu-token.ts';
import { sfuWebhookRoute } from './routes/sfu-webhook.ts';
import { standbyRoute } from './routes/standby.ts';
import { syncRoute } from './routes/sync.ts';
import { updateRoute } from './routes/update.ts';
import { securityHeaders } from './security-headers.ts';
import { traceRequests } from './trace-requests.ts';

export interface HttpAppDeps {
  /** The running backend, or `undefined` while there is none: then only `/healthz` answers well. */
  readonly getBackend: () => Backend | undefined;
  /** Origins of pages that may call, exactly as browsers send them. */
  readonly corsOrigins: readonly string[];
  /** Proxies whose `X-Forwarded-For` counts: IP addresses and networks. None unless told. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** `RATE_LIMIT_DEFAULTS` unless told. */
  readonly rateLimits?: Partial<RateLimitOptions> | undefined;
  /** {@link REQUEST_DEADLINE_MS} unless told. */
  readonly requestDeadlineMs?: number | undefined;
  /** Whether `/docs` shows the API to people. `shown` unless told. */
  readonly docsPage?: DocsPage | undefined;
  /** Silent unless told; the same as the backend's. */
  readonly telemetry?: BackendTelemetry | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

export type DocsPage = 'shown' | 'off';

/** How long a browser may remember a preflight, in seconds; Chromium's own limit. */
const PREFLIGHT_MAX_AGE_S = 7_200;

const routes: readonly Route[] = [
  sessionRoute,
  joinTokenRoute,
  sfuTokenRoute,
  callsRoute,
  syncRoute,
  keyRoute,
  updateRoute,
  memoriesRoute,
  ringsRoute,
  claimRoute,
  standbyRoute,
  sfuWebhookRoute,
  healthRoute,
  openApiRoute,
];

/** What a path allows; every other method is refused as such. */
const allowedMethods = (name: keyof typeof ROUTES): string =>
  OPERATIONS[name].map(({ method }) => method.toUpperCase()).join(', ');

function createRoutes(deps: RouteDeps, docsPage: DocsPage): Hono {
  const app = new Hono();
  for (const route of routes) route(app, deps);
  if (docsPage === 'shown') docsRoute(app, deps);
  const refuseMethod = (path: string, allowed: string): void => {
    app.all(path, (c) => {
      c.header('Allow', allowed);
      throw new OracleCallError('ERR_PROTOCOL_METHOD');
    });
  };
  for (const [name, path] of Object.entries(ROUTES)) refuseMethod(path, allowedMethods(name as keyof typeof ROUTES));
  refuseMethod(OPEN_API_PATH, 'GET');
  if (docsPage === 'shown') refuseMethod(DOCS_PATH, 'GET');
  return app;
}

/** The backend's HTTP API as a Hono app: every route of the protocol, also under `/api`; every refusal a problem document. */
export function createHttpApp(httpDeps: HttpAppDeps): Hono {
  const { getBackend, corsOrigins, clock = systemClock, telemetry = silentTelemetry } = httpDeps;
  const { trustedProxies = [], rateLimits, requestDeadlineMs = REQUEST_DEADLINE_MS, docsPage = 'shown' } = httpDeps;
  const logger = tracedLogger(httpDeps.logger ?? silentLogger);
  const limits = new RateLimits(rateLimits, (limit) =>
    telemetry.metrics.add('oracle_calls_rate_limited_total', { limit }),
  );
  const gate = new Gate({ limits, proxies: new TrustedProxies(trustedProxies) });
  const app = new Hono();
  app.onError((error, c) =>
    isMatrixPath(c.req.path) ? matrixErrorResponse(c, error, logger) : problemResponse(c, error, logger),
  );
  app.notFound((c) => problemResponse(c, new OracleCallError('ERR_PROTOCOL_NOT_FOUND'), logger));
  app.use(securityHeaders);
  app.use(
    cors({
      origin: [...corsOrigins],
      allowMethods: ['GET', 'POST', 'DELETE'],
      allowHeaders: ['Authorization', 'Content-Type', TRACEPARENT],
      exposeHeaders: ['Retry-After'],
      maxAge: PREFLIGHT_MAX_AGE_S,
    }),
  );
  app.use(traceRequests(telemetry, clock));
  app.use(requestDeadline(clock, requestDeadlineMs));
  app.use(gate.countAddress);
  app.use(
    bodyLimit({
      maxSize: REQUEST_MAX_BYTES,
      onError: () => {
        throw new OracleCallError('ERR_PROTOCOL_TOO_LARGE', undefined, { details: { limit: REQUEST_MAX_BYTES } });
      },
    }),
  );
  const deps: RouteDeps = {
    getBackend: () => {
      const backend = getBackend();
      if (backend === undefined) throw new OracleCallError('ERR_UPSTREAM_BUSY');
      return backend;
    },
    gate,
  };
  app.route('/', createRoutes(deps, docsPage));
  app.route(API_PREFIX, createRoutes(deps, docsPage));
  return app;
}
