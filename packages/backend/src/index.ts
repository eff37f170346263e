export type { AgentKey } from './auth/authenticator.ts';
export { SESSION_TTL_MS } from './auth/session-service.ts';
export {
  MAX_CALL_MINUTES_DEFAULT,
  openBackend,
  type Backend,
  type BackendDeps,
  type BackendOptions,
} from './backend.ts';
export { createHttpApp, type DocsPage, type HttpAppDeps } from './http/create-http-app.ts';
export type { OlderProtocol } from './envelope-check/envelope-check.ts';
export { isAddressOrNetwork } from './client-address/trusted-proxies.ts';
export { REQUEST_DEADLINE_MS } from './http/request-deadline.ts';
export {
  SERVER_LIMITS,
  serveHttp,
  type ServerLimits,
  type HttpServer,
  type ServeHttpOptions,
} from './http/serve-http.ts';
export { FLUSH_MAX_MS, type DrainOptions, type DrainOutcome } from './drain/drain.ts';
export type { OracleOptions } from './oracles/served-oracles.ts';
export { JOIN_TOKEN_TTL_MS } from './join/join-service.ts';
export { CLOCK_SKEW_MAX_MS } from './matrix-listener/call-intake.ts';
export {
  RATE_LIMIT_DEFAULTS,
  type RateLimit,
  type RateLimitKind,
  type RateLimitOptions,
} from './rate-limits/rate-limits.ts';
export { createLiveKitSfuControl, type LiveKitSfuControlOptions } from './sfu/livekit-sfu-control.ts';
export { AGENT_REPLACEMENTS_MAX } from './sfu/agent-replacement.ts';
export { VANISH_MS } from './sfu/presence-watch.ts';
export { ORPHAN_ROOM_MS } from './sfu/room-keeper.ts';
export type { NewJoinToken, NewSfuRoom, SfuControl, SfuNotice, SfuParticipant } from './sfu/sfu-control.ts';
export { parsePostgresUrl, type DatabaseLocation } from './store/database/database-location.ts';
export { RETENTION_DEFAULTS, type RetentionOptions } from './store/pruning.ts';
export { openSqliteStore, openStore, type Store } from './store/store.ts';
export { BACKEND_METRICS, type BackendMetrics } from './telemetry/backend-metrics.ts';
export { silentTelemetry, type BackendTelemetry } from './telemetry/backend-telemetry.ts';
export { ApiKeys, type CreatedApiKey } from './api-keys/api-keys.ts';
