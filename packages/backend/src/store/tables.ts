import type { Generated } from 'kysely';

/*
 * Rows as the database has them. Instants are epoch milliseconds, hashes are SHA-256 in hex. No table has a column for an
 * envelope, a key or a token in clear: only hashes of them.
 */

export interface CallRow {
  /** Rises with each accepted call; breaks ties in pages. */
  seq: Generated<number>;
  call_id: string;
  event_id: string;
  sfu_room_name: string;
  matrix_room_id: string;
  matrix_user_id: string;
  call_type: string;
  call_status: string;
  /** As the event says it, to compare edits with. */
  call_started_at: string;
  started_at: number;
  ended_at: number | null;
  end_reason: string | null;
  session_id: string;
  user_did: string;
  oracle_did: string;
  agent_voice: string | null;
  language: string | null;
  envelope_sha256: string;
  accepted_at: number;
}

export interface SfuRoomRow {
  name: string;
  owner_user_id: string;
  oracle_did: string;
  user_identity: string;
  ticket_sha256: string;
  ticket_used_at: number | null;
  asked_at: number;
  opened_at: number | null;
  closed_at: number | null;
  agent_replacements: Generated<number>;
}

export interface AnswerRow {
  call_id: string;
  call_status: string;
  due_at: number;
  event_id: string | null;
}

export interface SessionRow {
  token_sha256: string;
  user_id: string;
  expires_at: number;
}

export interface OpenIdTokenRow {
  token_sha256: string;
  used_at: number;
}

export interface AgentRefusalRow {
  call_id: string;
  agent_key_id: string;
  refused_at: number;
}

export interface WebhookRow {
  webhook_id: string;
  received_at: number;
}

export interface RefusedEventRow {
  event_id: string;
  sender_user_id: string;
  code: string;
  refused_at: number;
}

export interface ApiKeyRow {
  seq: Generated<number>;
  id: string;
  oracle_did: string;
  sha256: string;
  created_at: number;
  /** Set when the key is rotated: the end of the overlap. */
  expires_at: number | null;
  revoked_at: number | null;
  replaced_by: string | null;
}

export interface AuditRow {
  seq: Generated<number>;
  at: number;
  action: string;
  /** Why it was refused; null when it was done. */
  code: string | null;
  key_id: string | null;
  call_id: string | null;
  sfu_room_name: string | null;
  oracle_did: string | null;
  address: string | null;
}

/** A name of a deleted call, by hash. */
export interface DeletedNameRow {
  sha256: string;
  deleted_at: number;
}

export interface RingRow {
  /** The Matrix transaction id. */
  ring_key: string;
  /** Null until Matrix has taken it. */
  event_id: string | null;
  oracle_did: string;
  matrix_user_id: string;
  matrix_room_id: string;
  call_type: string;
  session_id: string | null;
  /** Null once sent. */
  reason: string | null;
  ring_status: string;
  started_at: number;
  lifetime_ms: number;
  over_at: number;
  ended_at: number | null;
  call_id: string | null;
  /** Since when the oracle's side owes its word in Matrix; null when it owes none. */
  due_at: number | null;
}

/** What an oracle's agents keep of a session, sealed: bytes in base64url that nobody here can read. */
export interface MemoryRow {
  oracle_did: string;
  matrix_user_id: string;
  user_did: string;
  session_id: string;
  /** Null when it was erased. */
  record: string | null;
  /** Of the user's last erasure; 0 for none. */
  erased_at: number;
  /** When it was last kept or erased. */
  changed_at: number;
}

export interface Tables {
  calls: CallRow;
  sfu_rooms: SfuRoomRow;
  answers: AnswerRow;
  sessions: SessionRow;
  openid_tokens: OpenIdTokenRow;
  agent_refusals: AgentRefusalRow;
  webhooks: WebhookRow;
  refused_events: RefusedEventRow;
  api_keys: ApiKeyRow;
  audit_log: AuditRow;
  deleted_names: DeletedNameRow;
  rings: RingRow;
  memories: MemoryRow;
}
