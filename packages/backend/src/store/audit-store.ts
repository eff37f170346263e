import type { Kysely } from 'kysely';
import * as v from 'valibot';
import {
  callIdSchema,
  didSchema,
  ERROR_CODES,
  parseWith,
  sfuRoomNameSchema,
  type CallId,
  type Did,
  type ErrorCode,
  type SfuRoomName,
} from '@oracle-calls/protocol';
import { instantColumn } from './call-rows.ts';
import type { Tables } from './tables.ts';

/** What is written down: who was given which envelope or memory, who may ask for any, who rang somebody, and that a call or a memory was deleted. */
export const AUDIT_ACTIONS = [
  'key-release',
  'call-claim',
  'api-key-create',
  'api-key-rotate',
  'api-key-revoke',
  'call-delete-by-user',
  'call-delete-by-operator',
  'ring',
  'ring-cancel',
  'memory-keep',
  'memory-release',
  'memory-erase-by-user',
  'memory-erase-by-agent',
  'memory-erase-by-operator',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** One fact. It names things and holds no secret. */
export interface AuditEntry {
  readonly at: number;
  readonly action: AuditAction;
  /** Why it was refused; `undefined` when it was done. */
  readonly code?: ErrorCode | undefined;
  readonly keyId?: string | undefined;
  readonly callId?: CallId | undefined;
  readonly sfuRoomName?: SfuRoomName | undefined;
  readonly oracleDid?: Did | undefined;
  /** Where the request came from; `undefined` for what the operator did on the machine. */
  readonly address?: string | undefined;
}

export interface AuditFilter {
  /** Entries from this instant on. */
  readonly since?: number | undefined;
  /** About this call only. */
  readonly call?: { readonly callId: CallId; readonly sfuRoomName: SfuRoomName } | undefined;
  readonly limit: number;
}

const auditSchema = v.object({
  at: instantColumn,
  action: v.picklist(AUDIT_ACTIONS),
  code: v.nullable(v.picklist(ERROR_CODES)),
  key_id: v.nullable(v.string()),
  call_id: v.nullable(callIdSchema),
  sfu_room_name: v.nullable(sfuRoomNameSchema),
  oracle_did: v.nullable(didSchema),
  address: v.nullable(v.string()),
});

/**
 * The audit log. Rows are added and, when old, deleted; none is ever changed, but that a deleted call's id and room are taken out.
 */
export class AuditStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async add(entry: AuditEntry): Promise<void> {
    await this.#db
      .insertInto('audit_log')
      .values({
        at: entry.at,
        action: entry.action,
        code: entry.code ?? null,
        key_id: entry.keyId ?? null,
        call_id: entry.callId ?? null,
        sfu_room_name: entry.sfuRoomName ?? null,
        oracle_did: entry.oracleDid ?? null,
        address: entry.address ?? null,
      })
      .execute();
  }

  /** The latest entries, oldest of them first. */
  async list({ since = 0, call, limit }: AuditFilter): Promise<readonly AuditEntry[]> {
    let query = this.#db.selectFrom('audit_log').selectAll().where('at', '>=', since);
    if (call !== undefined) {
      query = query.where((where) =>
        where.or([where('call_id', '=', call.callId), where('sfu_room_name', '=', call.sfuRoomName)]),
      );
    }
    const rows = await query.orderBy('seq', 'desc').limit(limit).execute();
    return rows.toReversed().map((row) => {
      const parsed = parseWith(auditSchema, row, 'ERR_INTERNAL');
      return {
        at: parsed.at,
        action: parsed.action,
        code: parsed.code ?? undefined,
        keyId: parsed.key_id ?? undefined,
        callId: parsed.call_id ?? undefined,
        sfuRoomName: parsed.sfu_room_name ?? undefined,
        oracleDid: parsed.oracle_did ?? undefined,
        address: parsed.address ?? undefined,
      };
    });
  }

  async prune(before: number): Promise<void> {
    await this.#db.deleteFrom('audit_log').where('at', '<', before).execute();
  }
}
