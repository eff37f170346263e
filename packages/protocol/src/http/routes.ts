/** Paths of the backend's HTTP API (Hono's syntax). Every one also answers under `/api`. */
export const ROUTES = {
  session: '/auth/session',
  joinToken: '/join-token',
  calls: '/calls',
  call: '/calls/:callId',
  sync: '/calls/:callId/sync',
  key: '/calls/:callId/key',
  update: '/calls/:callId/update',
  callMemory: '/calls/:callId/memory',
  memories: '/memories',
  rings: '/rings',
  ring: '/rings/:ringId',
  sfuGet: '/sfu/get',
  getToken: '/get_token',
  claim: '/agent/claim',
  standby: '/agent/standby',
  sfuWebhook: '/livekit/webhook',
  healthz: '/healthz',
  readyz: '/readyz',
} as const;

export const API_PREFIX = '/api';

/** Largest request body in bytes; the largest honest one is a webhook of a few kilobytes. */
export const REQUEST_MAX_BYTES = 65_536;

/** How long `sync`, `key` and `claim` wait for Matrix to deliver the call event, before a retryable 404. */
export const EVENT_WAIT_MS = 5_000;

/** How long `standby` waits for a call to hand out, in milliseconds. */
export const STANDBY_WAIT_MS = 10_000;
