import { isAddressOrNetwork, RATE_LIMIT_DEFAULTS, RETENTION_DEFAULTS, type RateLimitKind } from '@oracle-calls/backend';
import { isMatrixUserId, type MatrixUserId } from '@oracle-calls/matrix';
import { didSchema, LOG_LEVELS } from '@oracle-calls/protocol';
import { findAddressProblem } from '@oracle-calls/protocol/did';
import { metricsConfigSchema, telemetryConfigSchema } from '@oracle-calls/telemetry';
import * as v from 'valibot';
import { namedPath } from './configuration/schema-walk.ts';

const textSchema = v.pipe(v.string(), v.minLength(1));
const httpUrlSchema = v.pipe(
  v.string(),
  v.url('an http or https address'),
  v.regex(/^https?:/i, 'an http or https address'),
);
const wsUrlSchema = v.pipe(v.string(), v.url('a ws or wss address'), v.regex(/^wss?:/i, 'a ws or wss address'));
const serverNameSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9.:[\]-]{1,255}$/, 'a server name'));
const userIdSchema = v.custom<MatrixUserId>(isMatrixUserId, 'a Matrix user id');
/** What browsers send as `Origin`: scheme, host and port, nothing behind. */
const originSchema = v.pipe(v.string(), v.regex(/^https?:\/\/[^/\s*]+$/i, 'an origin'));

const daysSchema = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(36_500));

const agentKeySchema = v.strictObject({
  /** Names the key in the log and in refusals. */
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/, 'a name')),
  oracleDid: didSchema,
  /** Of the key's text; `oracle-calls keygen` writes it beside the key. */
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/i, 'a SHA-256 in hex')),
});

const rateLimitSchema = v.strictObject({
  count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000)),
  seconds: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(24 * 60 * 60)),
});
/** Each kind may be set by itself. */
const rateLimitsSchema = v.strictObject({
  address: v.optional(rateLimitSchema, RATE_LIMIT_DEFAULTS.address),
  user: v.optional(rateLimitSchema, RATE_LIMIT_DEFAULTS.user),
  agentKey: v.optional(rateLimitSchema, RATE_LIMIT_DEFAULTS.agentKey),
  failedAuthentication: v.optional(rateLimitSchema, RATE_LIMIT_DEFAULTS.failedAuthentication),
  sessionExchange: v.optional(rateLimitSchema, RATE_LIMIT_DEFAULTS.sessionExchange),
  joinToken: v.optional(rateLimitSchema, RATE_LIMIT_DEFAULTS.joinToken),
} satisfies Record<RateLimitKind, v.GenericSchema>);

const fieldsSchema = v.strictObject({
  listen: v.strictObject({
    host: textSchema,
    port: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)),
  }),
  oracleDid: didSchema,
  matrix: v.strictObject({
    homeserverUrl: httpUrlSchema,
    userId: userIdSchema,
    passwordFile: namedPath('secret'),
    /** Device, access token, keys and sync state; one process at a time. */
    storeDir: namedPath('made'),
    /** The account's recovery key, made at the first start; `recovery.key` in `storeDir` when absent. Keep a copy elsewhere. */
    recoveryKeyFile: v.optional(namedPath('made')),
    /** For one start after both the store and the recovery key were lost: `reset` makes another identity, and callers are warned. */
    lostIdentity: v.optional(v.picklist(['refuse', 'reset'])),
    /**
     * What when a caller's Matrix identity is replaced. `follow` by default: callers are known by their DID's key, which no
     * homeserver can replace, and whoever resets their own account could otherwise not call until somebody approves.
     */
    changedIdentities: v.optional(v.picklist(['refuse', 'follow']), 'follow'),
    /** Server name → base URL that serves the OpenID userinfo. Their users may call, and nobody else. */
    allowedServers: v.record(serverNameSchema, httpUrlSchema),
  }),
  sfu: v.strictObject({
    /** For clients. */
    url: wsUrlSchema,
    /** For the backend. */
    apiUrl: httpUrlSchema,
    apiKey: textSchema,
    apiSecretFile: namedPath('secret'),
  }),
  /** SQLite, made when absent: the ordinary way for one backend. */
  databaseFile: v.optional(namedPath('made')),
  /** Postgres instead: a file with its address, which holds a password. `postgres://USER:PASSWORD@HOST/DATABASE?sslmode=verify-full`. */
  databaseUrlFile: v.optional(namedPath('secret')),
  /** How long calls, from their end, and the audit log are kept. */
  retention: v.optional(
    v.strictObject({
      callDays: v.optional(daysSchema, RETENTION_DEFAULTS.callDays),
      auditDays: v.optional(daysSchema, RETENTION_DEFAULTS.auditDays),
    }),
    {},
  ),
  /** To begin with; `oracle-calls api-keys` makes, rotates and revokes keys in the database, which come on top. */
  agentKeys: v.optional(v.array(agentKeySchema), []),
  agentName: textSchema,
  corsOrigins: v.array(originSchema),
  /** HTTP resolver for `did:ixo`. Without it signatures of envelopes are checked for other DIDs only; the agent checks all. */
  didResolverUrl: v.optional(httpUrlSchema),
  /** Lets DIDs and the resolver be at private addresses and speak plain http: for development only. */
  allowPrivateAddresses: v.optional(v.boolean(), false),
  /** `allow` takes calls whose key nobody signed; none of the promises of signed calls holds for them. */
  olderProtocol: v.optional(v.picklist(['allow', 'refuse']), 'refuse'),
  /** Proxies whose `X-Forwarded-For` says where a request comes from. */
  trustedProxies: v.optional(
    v.array(v.pipe(v.string(), v.check(isAddressOrNetwork, 'an IP address or a network such as 10.0.0.0/8'))),
    [],
  ),
  rateLimits: v.optional(rateLimitsSchema, {}),
  maxConnections: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))),
  maxCallMinutes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(24 * 60))),
  /** Prometheus metrics, on a listener of their own. */
  metrics: v.optional(metricsConfigSchema),
  /** Traces, sent by OTLP over HTTP. */
  telemetry: v.optional(telemetryConfigSchema),
  logLevel: v.optional(v.picklist(LOG_LEVELS), 'info'),
});

function isResolverUsable({ didResolverUrl, allowPrivateAddresses }: v.InferOutput<typeof fieldsSchema>): boolean {
  // What is no http address at all is told by the field itself.
  if (!v.is(httpUrlSchema, didResolverUrl)) return true;
  return findAddressProblem(new URL(didResolverUrl), { allowPrivateAddresses }) === undefined;
}

/** `backend.json`: secrets are named by file, never written in it. Unknown fields are refused, so that a typo is noticed. */
export const backendConfigSchema = v.pipe(
  fieldsSchema,
  v.forward(
    v.check(
      ({ databaseFile, databaseUrlFile }) => (databaseFile === undefined) !== (databaseUrlFile === undefined),
      'one of databaseFile and databaseUrlFile, and not both,',
    ),
    ['databaseFile'],
  ),
  v.forward(
    v.check(isResolverUsable, 'a public https address, or a private one together with allowPrivateAddresses,'),
    ['didResolverUrl'],
  ),
);
export type BackendConfig = v.InferOutput<typeof backendConfigSchema>;
