import * as v from 'valibot';
import { callIdSchema, matrixEventIdSchema, sfuRoomNameSchema } from '../call-id.ts';
import { CALL_STATUSES, CALL_TYPES, END_REASONS } from '../call-status.ts';
import { didSchema } from '../did/did.ts';
import { instantSchema, sessionIdSchema } from '../events/event-content.ts';
import { RING_ANSWER_STATUSES } from '../events/ring-answer.ts';
import {
  RING_LIFETIME_MAX_MS,
  RING_LIFETIME_MIN_MS,
  ringReasonSchema,
  ringUserIdSchema,
} from '../events/ring-event.ts';
import { MEMORY_RECORD_MAX_BYTES } from '../memory/memory-record-size.ts';
import { opaqueSchema } from './caller-answers.ts';

/*
 * Requests and responses of the backend, in one place: the backend validates with them, the SDK and the agent parse
 * with them, documentation is generated from them. Names are wire names.
 */

/** `POST /auth/session`: the homeserver's answer to `/user/{userId}/openid/request_token` (Matrix spec, "OpenID"). */
export const sessionRequestSchema = v.object({
  openIdToken: v.object({
    access_token: opaqueSchema,
    matrix_server_name: v.pipe(v.string(), v.regex(/^[A-Za-z0-9.:[\]-]{1,255}$/, 'a server name')),
  }),
});
export type SessionRequest = v.InferOutput<typeof sessionRequestSchema>;

/** `POST /join-token`: may be asked before the call event is sent; the first asker owns the room name. */
export const joinTokenRequestSchema = v.object({ roomId: sfuRoomNameSchema, oracleDid: didSchema });
export type JoinTokenRequest = v.InferOutput<typeof joinTokenRequestSchema>;

/** `POST /calls/:callId/sync`: `callId` repeats the path's, as in the architecture, and must equal it. */
export const syncRequestSchema = v.object({ callId: v.optional(callIdSchema), sessionId: v.optional(sessionIdSchema) });
export type SyncRequest = v.InferOutput<typeof syncRequestSchema>;

/** `GET` or `POST /calls/:callId/key`. */
export const keyResponseSchema = v.object({
  /** The envelope in hex, exactly as the Matrix event carries it. */
  encryptionKey: v.pipe(v.string(), v.regex(/^([0-9a-fA-F]{2})+$/, 'bytes in hex')),
  userDid: didSchema,
  oracleDid: didSchema,
});
export type KeyResponse = v.InferOutput<typeof keyResponseSchema>;

/** `POST /calls/:callId/update`: the user or the agent ends the call. Nothing else may be asked for. */
export const updateRequestSchema = v.object({
  callStatus: v.picklist(CALL_STATUSES),
  endReason: v.optional(v.picklist(END_REASONS)),
});
export type UpdateRequest = v.InferOutput<typeof updateRequestSchema>;

/** Most calls on one page of `GET /calls`. */
export const CALLS_PAGE_MAX = 100;
export const CALLS_PAGE_DEFAULT = 20;

export const callsQuerySchema = v.object({
  sessionId: v.optional(sessionIdSchema),
  status: v.optional(v.picklist(CALL_STATUSES)),
  callType: v.optional(v.picklist(CALL_TYPES)),
  oracleDid: v.optional(didSchema),
  /** Started at this instant or later. */
  since: v.optional(instantSchema),
  /** Started before this instant. */
  until: v.optional(instantSchema),
  /** Some text, in any case, of the session, the oracle's DID, the voice, the language or the end's reason. */
  search: v.optional(v.pipe(v.string(), v.regex(/^[\x20-\x7e]{1,100}$/, 'up to 100 ASCII characters'))),
  cursor: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,256}$/, 'a cursor'))),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(CALLS_PAGE_MAX)),
  ),
});
export type CallsQuery = v.InferOutput<typeof callsQuerySchema>;

/** `POST /agent/claim`: an agent with an API key trades its dispatch ticket for the call. The ticket works once. */
export const claimRequestSchema = v.object({
  ticket: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{20,128}$/, 'a ticket')),
  roomId: sfuRoomNameSchema,
});
export type ClaimRequest = v.InferOutput<typeof claimRequestSchema>;

const memoryRecordSchema = v.pipe(
  v.string(),
  v.maxLength(Math.ceil((MEMORY_RECORD_MAX_BYTES * 4) / 3)),
  v.regex(/^[A-Za-z0-9_-]+$/, 'bytes in base64url'),
);
/** The user's last erasure of a memory, ms since the epoch; 0 for none. */
const erasedAtSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** What the backend keeps of a session for the oracle's agents, and cannot read. */
export const keptMemorySchema = v.object({
  /** Absent when it was erased and nothing kept since. */
  record: v.optional(memoryRecordSchema),
  erasedAt: erasedAtSchema,
});
export type KeptMemory = v.InferOutput<typeof keptMemorySchema>;

/** `POST /calls/:callId/memory`: an agent keeps what the oracle remembers. Refused when the user has erased it since `erasedAt`. */
export const keepMemoryRequestSchema = v.object({ record: memoryRecordSchema, erasedAt: erasedAtSchema });
export type KeepMemoryRequest = v.InferOutput<typeof keepMemoryRequestSchema>;

/** `GET` and `DELETE /memories`: of one oracle, and of one session where it is named. */
export const memoriesQuerySchema = v.object({ oracleDid: didSchema, sessionId: v.optional(sessionIdSchema) });
export type MemoriesQuery = v.InferOutput<typeof memoriesQuerySchema>;

export const claimResponseSchema = v.object({
  callId: callIdSchema,
  callType: v.picklist(CALL_TYPES),
  sessionId: sessionIdSchema,
  /** SFU identity of the user. */
  userIdentity: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/)),
  agentVoice: v.optional(v.string()),
  language: v.optional(v.string()),
  /** What `GET /calls/:callId/key` would answer now; left out when it would refuse. */
  key: v.optional(keyResponseSchema),
  /** What the oracle remembers of the call's session with its user; absent when nothing was ever kept. */
  memory: v.optional(keptMemorySchema),
  /** The trace of the call (W3C Trace Context), with the backend's decision about recording it. */
  traceparent: v.optional(v.pipe(v.string(), v.regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/, 'a traceparent'))),
});
export type ClaimResponse = v.InferOutput<typeof claimResponseSchema>;

/** `GET /readyz`: about one oracle, or about the backend as a whole. */
export const readyQuerySchema = v.object({ oracleDid: v.optional(didSchema) });

export const readyResponseSchema = v.object({
  status: v.literal('ready'),
  /** Whether the Matrix account of each oracle that was asked about syncs. */
  oracles: v.array(v.object({ oracleDid: didSchema, status: v.picklist(['ready', 'not-ready']) })),
});
export type ReadyResponse = v.InferOutput<typeof readyResponseSchema>;

/** `POST /agent/standby`: a worker with an API key waits for the next call. */
export const standbyRequestSchema = v.object({
  /** Share of its calls that the worker holds now, from 0 to 1: the least busy gets the call. */
  load: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
});
export type StandbyRequest = v.InferOutput<typeof standbyRequestSchema>;

export const standbyResponseSchema = v.object({
  /** What to claim the call with; absent when none came. */
  call: v.optional(claimRequestSchema),
});
export type StandbyResponse = v.InferOutput<typeof standbyResponseSchema>;

const ringLifetimeSchema = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(RING_LIFETIME_MIN_MS),
  v.maxValue(RING_LIFETIME_MAX_MS),
);

/** `POST /rings`: an oracle, by its API key, calls a person. */
export const ringRequestSchema = v.object({
  /** Matrix id of somebody who has called this oracle. */
  userId: ringUserIdSchema,
  callType: v.picklist(CALL_TYPES),
  /** The chat session that the call would belong to. */
  sessionId: v.optional(sessionIdSchema),
  /** Why, in the oracle's words: shown to the person. */
  reason: v.optional(ringReasonSchema),
  /** How long it rings; `RING_LIFETIME_DEFAULT_MS` unless told. */
  lifetimeMs: v.optional(ringLifetimeSchema),
});
export type RingRequest = v.InferOutput<typeof ringRequestSchema>;

export const RING_STATUSES = ['ringing', ...RING_ANSWER_STATUSES] as const;
export type RingRecordStatus = (typeof RING_STATUSES)[number];

/** One ring as its oracle sees it: the answer to `POST /rings`, and to `GET` and `DELETE /rings/:ringId`. */
export const ringRecordSchema = v.object({
  /** The id of its Matrix event. */
  ringId: matrixEventIdSchema,
  userId: ringUserIdSchema,
  oracleDid: didSchema,
  callType: v.picklist(CALL_TYPES),
  sessionId: v.optional(sessionIdSchema),
  ringStatus: v.picklist(RING_STATUSES),
  ringStartedAt: instantSchema,
  lifetimeMs: ringLifetimeSchema,
  /** When it was over. */
  ringEndedAt: v.optional(instantSchema),
  /** The call that accepted it. */
  callId: v.optional(callIdSchema),
});
export type RingRecord = v.InferOutput<typeof ringRecordSchema>;
