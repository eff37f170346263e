import { didSchema } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { httpUrlSchema, serverNameSchema, textSchema, userIdSchema } from './config-fields.ts';
import { namedPath } from './configuration/schema-walk.ts';

/** An oracle's Matrix account. */
export const matrixSchema = v.strictObject({
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
});

/** One oracle that the backend serves. */
export const oracleSchema = v.strictObject({
  did: didSchema,
  /** The name under which this oracle's own agents register with the SFU. */
  agentName: textSchema,
  matrix: matrixSchema,
});
export type OracleConfig = v.InferOutput<typeof oracleSchema>;

/** The fields of a configuration for one oracle, as it was before there could be several; `oracles` takes their place. */
export const singleOracleFields = {
  oracleDid: v.optional(didSchema),
  matrix: v.optional(matrixSchema),
  agentName: v.optional(textSchema),
} as const;

export const oraclesField = v.optional(v.pipe(v.array(oracleSchema), v.minLength(1, 'at least one oracle')));

/** Both forms, as they are written. */
export interface WrittenOracles {
  readonly oracleDid?: OracleConfig['did'] | undefined;
  readonly matrix?: OracleConfig['matrix'] | undefined;
  readonly agentName?: string | undefined;
  readonly oracles?: readonly OracleConfig[] | undefined;
}

const SINGLE_FIELDS = ['oracleDid', 'matrix', 'agentName'] as const;
export type OracleFieldName = (typeof SINGLE_FIELDS)[number] | 'oracles';

/** What is wrong with how the oracles are written, field by field: exactly one form, complete. */
export function findFormProblems(written: WrittenOracles): readonly { field: OracleFieldName; expected: string }[] {
  if (written.oracles === undefined) {
    return SINGLE_FIELDS.filter((field) => written[field] === undefined).map((field) => ({
      field,
      expected: 'this field, or `oracles` instead of it,',
    }));
  }
  const { oracles } = written;
  const both = SINGLE_FIELDS.filter((field) => written[field] !== undefined);
  if (both.length > 0) return both.map((field) => ({ field, expected: 'nothing beside `oracles`' }));
  const problems = [
    hasTwins(oracles.map(({ did }) => did)) && 'each DID once',
    // The agents of one would be sent the tickets of the other.
    hasTwins(oracles.map(({ agentName }) => agentName)) && 'an agentName of its own for each oracle',
    hasTwins(oracles.map(({ matrix }) => matrix.userId)) && 'a Matrix account of its own for each oracle',
    hasTwins(oracles.map(({ matrix }) => matrix.storeDir)) && 'a storeDir of its own for each oracle',
    hasTwoAddresses(oracles) && 'one address for each name in allowedServers',
  ];
  return problems.filter((expected) => expected !== false).map((expected) => ({ field: 'oracles', expected }));
}

const hasTwins = (texts: readonly string[]): boolean => new Set(texts).size < texts.length;

/** A server's name leads to one address, or one oracle would believe what another one's server says. */
function hasTwoAddresses(oracles: readonly OracleConfig[]): boolean {
  const known = new Map<string, string>();
  return oracles
    .flatMap(({ matrix }) => Object.entries(matrix.allowedServers))
    .some(([name, url]) => {
      const other = known.get(name) ?? url;
      known.set(name, other);
      return other !== url;
    });
}

/** The one form that the rest of the program knows. */
export function normaliseOracles<T extends WrittenOracles>({
  oracleDid,
  matrix,
  agentName,
  oracles,
  ...rest
}: T): Omit<T, keyof WrittenOracles> & { readonly oracles: readonly OracleConfig[] } {
  if (oracles !== undefined) return { ...rest, oracles };
  if (oracleDid === undefined || matrix === undefined || agentName === undefined) {
    throw new TypeError('The form was not checked.');
  }
  return { ...rest, oracles: [{ did: oracleDid, agentName, matrix }] };
}
