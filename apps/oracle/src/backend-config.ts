import { isMatrixUserId, type MatrixUserId } from '@oracle-calls/matrix';
import { didSchema, LOG_LEVELS } from '@oracle-calls/protocol';
import * as v from 'valibot';

const textSchema = v.pipe(v.string(), v.minLength(1));
const fileSchema = v.pipe(v.string(), v.minLength(1, 'a file path'));
const httpUrlSchema = v.pipe(v.string(), v.url(), v.regex(/^https?:/i, 'an http or https address'));
const wsUrlSchema = v.pipe(v.string(), v.url(), v.regex(/^wss?:/i, 'a ws or wss address'));
const serverNameSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9.:[\]-]{1,255}$/, 'a server name'));
const userIdSchema = v.custom<MatrixUserId>(isMatrixUserId, 'a Matrix user id');
/** What browsers send as `Origin`: scheme, host and port, nothing behind. */
const originSchema = v.pipe(v.string(), v.regex(/^https?:\/\/[^/\s*]+$/i, 'an origin'));

const agentKeySchema = v.strictObject({
  /** Names the key in the log and in refusals. */
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/, 'a name')),
  oracleDid: didSchema,
  /** Of the key's text; `oracle-calls keygen` writes it beside the key. */
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/i, 'a SHA-256 in hex')),
});

/** `backend.json`: secrets are named by file, never written in it. Unknown fields are refused, so that a typo is noticed. */
export const backendConfigSchema = v.strictObject({
  listen: v.strictObject({
    host: textSchema,
    port: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)),
  }),
  oracleDid: didSchema,
  matrix: v.strictObject({
    homeserverUrl: httpUrlSchema,
    userId: userIdSchema,
    passwordFile: fileSchema,
    /** Device, access token, keys and sync state; one process at a time. */
    storeDir: fileSchema,
    /** The account's recovery key, made at the first start; `recovery.key` in `storeDir` when absent. Keep a copy elsewhere. */
    recoveryKeyFile: v.optional(fileSchema),
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
    apiSecretFile: fileSchema,
  }),
  databaseFile: fileSchema,
  /** Several for one oracle make a rotation without a gap. */
  agentKeys: v.pipe(v.array(agentKeySchema), v.minLength(1)),
  agentName: textSchema,
  corsOrigins: v.array(originSchema),
  maxCallMinutes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(24 * 60))),
  logLevel: v.optional(v.picklist(LOG_LEVELS), 'info'),
});
export type BackendConfig = v.InferOutput<typeof backendConfigSchema>;
