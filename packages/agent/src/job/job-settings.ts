import { LOG_LEVELS, didSchema, OracleCallError, parseWith } from '@oracle-calls/protocol';
import { callHearingSchema } from '@oracle-calls/protocol/hearing';
import { REKEY_INTERVAL_MS } from '@oracle-calls/protocol/rekey';
import { telemetryConfigSchema } from '@oracle-calls/telemetry';
import * as v from 'valibot';
import { ownDocumentSchema } from '../identity/own-document.ts';

/**
 * What a job's process needs to know. It goes from the worker to its jobs through the environment, so it holds the
 * places of secrets, never the secrets: each job reads those itself.
 */
export const jobSettingsSchema = v.object({
  oracleDid: didSchema,
  /** The public part of the oracle's own DID document, as the worker resolved it when it started. */
  ownDocument: ownDocumentSchema,
  /** Who hears the calls: every offer declares it. */
  hearing: callHearingSchema,
  backendUrl: v.pipe(v.string(), v.url()),
  apiKeyFile: v.string(),
  /** The file of `oracle-calls keygen`. Without it the key comes from `ORACLE_PRIVATE_KEY_HEX`. */
  oracleKeyFile: v.optional(v.string()),
  /** The database of `trust-store/`, shared by all jobs of the oracle. */
  trustStoreFile: v.string(),
  /** HTTP resolver for `did:ixo`; without it such users cannot call. */
  didResolverUrl: v.optional(v.pipe(v.string(), v.url())),
  /** DID documents may be fetched from loopback and private networks: for development. */
  allowPrivateAddresses: v.boolean(),
  /** Whether callers of the older protocol are answered: their calls have none of the promises of signed ones. */
  olderProtocol: v.picklist(['refuse', 'allow']),
  logLevel: v.picklist(LOG_LEVELS),
  /** Traces, sent by each job itself. */
  telemetry: v.optional(telemetryConfigSchema),
  /** Whether jobs tell their worker what to count. */
  isMeasured: v.optional(v.boolean()),
  /** How long a user who vanished may stay away, in ms. */
  graceMs: v.pipe(v.number(), v.minValue(0)),
  /** How long a call may last, in ms. */
  maxCallMs: v.pipe(v.number(), v.minValue(1)),
  /** Between two renewals of a call's keys, in ms. */
  rekeyIntervalMs: v.pipe(v.number(), v.minValue(1)),
});
export type JobSettings = v.InferOutput<typeof jobSettingsSchema>;

/** Environment variable with the settings as JSON. */
export const JOB_SETTINGS_VARIABLE = 'ORACLE_CALLS_AGENT_JOB';

/** A user who vanished has this long to come back (`docs/protocol.md`, "Vanishing"). */
export const GRACE_MS = 15_000;

/** Nobody talks to an oracle for longer; a forgotten call must not hold a worker for ever. */
export const MAX_CALL_MS = 2 * 60 * 60 * 1000;

export { REKEY_INTERVAL_MS };

/** @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` when the worker did not set them */
export function readJobSettings(env: NodeJS.ProcessEnv): JobSettings {
  let value: unknown;
  try {
    value = JSON.parse(env[JOB_SETTINGS_VARIABLE] ?? '');
  } catch {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `${JOB_SETTINGS_VARIABLE} is not set.`);
  }
  return parseWith(jobSettingsSchema, value);
}
