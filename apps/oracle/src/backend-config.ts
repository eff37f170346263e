import { isAddressOrNetwork, RATE_LIMIT_DEFAULTS, RETENTION_DEFAULTS, type RateLimitKind } from '@oracle-calls/backend';
import { didSchema, LOG_LEVELS } from '@oracle-calls/protocol';
import { findAddressProblem } from '@oracle-calls/protocol/did';
import { metricsConfigSchema, telemetryConfigSchema } from '@oracle-calls/telemetry';
import * as v from 'valibot';
import { httpUrlSchema, textSchema, wsUrlSchema } from './config-fields.ts';
import { namedPath } from './configuration/schema-walk.ts';
import { findFormProblems, normaliseOracles, oraclesField, singleOracleFields } from './oracle-config.ts';

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
  ring: v.optional(rateLimitSchema, RATE_LIMIT_DEFAULTS.ring),
} satisfies Record<RateLimitKind, v.GenericSchema>);

/**
 * Calls that are being set up need the backend for some seconds; those that are under way do not, and outlive its restart. Longer only keeps
 * new callers away from a backend that is the only one.
 */
export const DRAIN_SECONDS_DEFAULT = 10;

const fieldsSchema = v.strictObject({
  listen: v.strictObject({
    host: textSchema,
    port: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)),
  }),
  ...singleOracleFields,
  /** Several oracles on one backend, each with an account and agents of its own; instead of the three fields above. */
  oracles: oraclesField,
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
  /** How long calls, from their end, the audit log and what oracles remember, from a session's last call, are kept. */
  retention: v.optional(
    v.strictObject({
      callDays: v.optional(daysSchema, RETENTION_DEFAULTS.callDays),
      auditDays: v.optional(daysSchema, RETENTION_DEFAULTS.auditDays),
      memoryDays: v.optional(daysSchema, RETENTION_DEFAULTS.memoryDays),
    }),
    {},
  ),
  /** To begin with; `oracle-calls api-keys` makes, rotates and revokes keys in the database, which come on top. */
  agentKeys: v.optional(v.array(agentKeySchema), []),
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
  /** How long calls in progress may keep the process once it was told to stop, in seconds; 0 stops at once. */
  drainSeconds: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(24 * 60 * 60)),
    DRAIN_SECONDS_DEFAULT,
  ),
  /** Whether `/docs` shows the API to people. */
  docsPage: v.optional(v.picklist(['shown', 'off']), 'shown'),
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
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const { field, expected } of findFormProblems(dataset.value)) {
      const { value: input } = dataset;
      addIssue({
        message: expected,
        input: input[field],
        path: [{ type: 'object', origin: 'value', input, key: field, value: input[field] }],
      });
    }
  }),
  v.transform(normaliseOracles),
);
export type BackendConfig = v.InferOutput<typeof backendConfigSchema>;
