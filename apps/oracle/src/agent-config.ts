import { GRACE_MS, MAX_CALL_MS, REKEY_INTERVAL_MS } from '@oracle-calls/agent/settings';
import { didSchema, LOG_LEVELS } from '@oracle-calls/protocol';
import { metricsConfigSchema, telemetryConfigSchema } from '@oracle-calls/telemetry';
import * as v from 'valibot';
import { namedPath } from './configuration/schema-walk.ts';
import { oracleField } from './oracle-field.ts';

const textSchema = v.pipe(v.string(), v.minLength(1));
const urlSchema = v.pipe(v.string(), v.url('an address (URL)'));
const count = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max));

/** With the 12 s in which calls are then ended, this stays below the 90 s after which systemd kills a service that was told to stop. */
export const DRAIN_SECONDS_DEFAULT = 75;

/** `agent.json`: secrets are named by file, never written in it. Unknown fields are refused, so that a typo is noticed. */
export const agentConfigSchema = v.strictObject({
  oracleDid: didSchema,
  /** Base address of the oracle's backend. */
  backendUrl: urlSchema,
  apiKeyFile: namedPath('secret'),
  /** The file of `oracle-calls keygen`; without it a single secp256k1 key comes from the environment (`ORACLE_PRIVATE_KEY_HEX`). */
  oracleKeyFile: v.optional(namedPath('secret')),
  /** Database of users' keys and used envelopes; all agents of one oracle share it. Its folder is its owner's alone. */
  trustStoreFile: namedPath('made'),
  /** HTTP resolver for `did:ixo`. Without it, neither the oracle nor its users can have such a DID. */
  didResolverUrl: v.optional(urlSchema),
  /** DID documents may come from loopback and private networks. For development only. */
  allowPrivateAddresses: v.optional(v.boolean(), false),
  /** `allow` answers callers of the older protocol, whose calls have none of the promises of signed ones. */
  olderProtocol: v.optional(v.picklist(['refuse', 'allow']), 'refuse'),
  sfu: v.strictObject({ url: urlSchema, apiKey: textSchema, apiSecretFile: namedPath('secret') }),
  agentName: textSchema,
  weightsDir: namedPath('folder'),
  /** What talks, and where it works. Without it the demonstration brain does, on this machine. */
  oracle: oracleField,
  /** Processes that wait for calls. */
  warmProcesses: v.optional(count(16)),
  /** Calls that this worker holds at a time. */
  maxCalls: v.optional(count(64)),
  /** How long calls may last once the process was told to stop, in seconds; 0 ends them at once. */
  drainSeconds: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(24 * 60 * 60)),
    DRAIN_SECONDS_DEFAULT,
  ),
  /** Prometheus metrics, on a listener of their own. */
  metrics: v.optional(metricsConfigSchema),
  /** Traces, sent by OTLP over HTTP. */
  telemetry: v.optional(telemetryConfigSchema),
  logLevel: v.optional(v.picklist(LOG_LEVELS), 'info'),
  /** How long a user who vanished may stay away, in ms. */
  graceMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(120_000)), GRACE_MS),
  maxCallMinutes: v.optional(count(24 * 60), MAX_CALL_MS / 60_000),
  /** Between two renewals of a call's keys. Below 10 s a renewal would overtake the grace of the one before. */
  rekeySeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(10), v.maxValue(3600)), REKEY_INTERVAL_MS / 1000),
});
export type AgentConfig = v.InferOutput<typeof agentConfigSchema>;
