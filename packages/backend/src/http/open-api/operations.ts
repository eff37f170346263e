import * as v from 'valibot';
import type { ErrorCode } from '@oracle-calls/protocol';
import {
  callRecordSchema,
  callsQuerySchema,
  callsResponseSchema,
  claimRequestSchema,
  claimResponseSchema,
  erasedResponseSchema,
  getTokenRequestSchema,
  joinTokenRequestSchema,
  joinTokenResponseSchema,
  keepMemoryRequestSchema,
  keyResponseSchema,
  memoriesQuerySchema,
  memoriesResponseSchema,
  readyQuerySchema,
  readyResponseSchema,
  ringRecordSchema,
  ringRequestSchema,
  sessionRequestSchema,
  sessionResponseSchema,
  sfuGetRequestSchema,
  sfuTokenResponseSchema,
  standbyRequestSchema,
  standbyResponseSchema,
  syncRequestSchema,
  updateRequestSchema,
  type ROUTES,
} from '@oracle-calls/protocol/http';

/** Whose credentials a request bears. */
export type Caller = 'anybody' | 'user' | 'agent' | 'user or agent' | 'SFU';

/** One operation as the document describes it. */
export interface Operation {
  readonly method: 'get' | 'post' | 'delete';
  readonly summary: string;
  readonly caller: Caller;
  readonly query?: typeof callsQuerySchema | typeof memoriesQuerySchema | typeof readyQuerySchema;
  readonly body?: { readonly schema: v.GenericSchema; readonly isRequired: boolean };
  /** What a good answer's body is; `undefined` for none. */
  readonly answer: v.GenericSchema | undefined;
  /** What it may be refused with, besides {@link COMMON_REFUSALS}. */
  readonly refusals: readonly ErrorCode[];
  /** How refusals are written; a problem document unless told. */
  readonly refusalForm?: 'problem' | 'matrix';
}

/** Any request may be answered so. */
export const COMMON_REFUSALS: readonly ErrorCode[] = [
  'ERR_RATE_LIMITED',
  'ERR_PROTOCOL_TOO_LARGE',
  'ERR_UPSTREAM_BUSY',
  'ERR_UPSTREAM_TIMEOUT',
  'ERR_INTERNAL',
];

/** A request with credentials may be answered so. */
export const AUTH_REFUSALS: readonly ErrorCode[] = [
  'ERR_AUTH_MISSING',
  'ERR_AUTH_INVALID',
  'ERR_AUTH_EXPIRED',
  'ERR_AUTH_FORBIDDEN',
];

/** Why a call event was refused: told to its sender who asks for the call. */
const EVENT_REFUSALS: readonly ErrorCode[] = [
  'ERR_AUTH_HOMESERVER',
  'ERR_PROTOCOL_MALFORMED',
  'ERR_PROTOCOL_TOO_LARGE',
  'ERR_PROTOCOL_UNKNOWN_VERSION',
  'ERR_PROTOCOL_CALL_ID',
  'ERR_CALL_TRANSITION',
  'ERR_CALL_CLOCK',
  'ERR_CALL_REPLAYED',
  'ERR_RING_OVER',
  'ERR_DID_MALFORMED',
  'ERR_DID_UNSUPPORTED',
  'ERR_DID_DOCUMENT',
  'ERR_ENVELOPE_MALFORMED',
  'ERR_ENVELOPE_UNSUPPORTED',
  'ERR_ENVELOPE_DOWNGRADE',
  'ERR_ENVELOPE_CONTEXT',
  'ERR_ENVELOPE_EXPIRED',
  'ERR_ENVELOPE_SIGNATURE',
];

/** Why somebody is not let into an SFU room. */
const JOIN_REFUSALS: readonly ErrorCode[] = [
  'ERR_AUTH_HOMESERVER',
  'ERR_AUTH_FORBIDDEN',
  'ERR_CALL_REPLAYED',
  'ERR_CALL_ENDED',
  'ERR_UPSTREAM_SFU',
  'ERR_UPSTREAM_DRAINING',
];

/** Why an agent may not touch a memory. */
const MEMORY_REFUSALS: readonly ErrorCode[] = [
  'ERR_PROTOCOL_CALL_ID',
  'ERR_CALL_NOT_FOUND',
  'ERR_CALL_ENDED',
  'ERR_AUTH_INVALID_AUTHENTICATION',
];

const sfuToken = {
  caller: 'anybody',
  answer: sfuTokenResponseSchema,
  refusalForm: 'matrix',
  refusals: [
    'ERR_PROTOCOL_MALFORMED',
    'ERR_PROTOCOL_CALL_ID',
    'ERR_AUTH_INVALID',
    'ERR_UPSTREAM_HOMESERVER',
    'ERR_CALL_NOT_FOUND',
    'ERR_MATRIX_EVENT_NOT_FOUND',
    ...EVENT_REFUSALS,
    ...JOIN_REFUSALS,
  ],
} as const satisfies Omit<Operation, 'method' | 'summary'>;

const statusOf = (status: string): v.GenericSchema => v.object({ status: v.literal(status) });

const key = {
  summary: 'Gives the sealed key of a call to an agent of its oracle. Each release is in the audit log.',
  caller: 'agent',
  answer: keyResponseSchema,
  refusals: [
    'ERR_PROTOCOL_CALL_ID',
    'ERR_PROTOCOL_MALFORMED',
    'ERR_MATRIX_EVENT_NOT_FOUND',
    'ERR_MATRIX_UNDECRYPTABLE',
    'ERR_AUTH_INVALID_AUTHENTICATION',
    'ERR_CALL_NOT_FOUND',
    'ERR_CALL_ENDED',
    'ERR_CALL_REPLAYED',
    'ERR_UPSTREAM_HOMESERVER',
  ],
} as const satisfies Omit<Operation, 'method'>;

/** Every operation of every route. */
export const OPERATIONS: Readonly<Record<keyof typeof ROUTES, readonly Operation[]>> = {
  session: [
    {
      method: 'post',
      summary: 'Trades a Matrix OpenID token, once, for a session token.',
      caller: 'anybody',
      body: { schema: sessionRequestSchema, isRequired: true },
      answer: sessionResponseSchema,
      refusals: ['ERR_PROTOCOL_MALFORMED', 'ERR_AUTH_INVALID', 'ERR_AUTH_HOMESERVER', 'ERR_UPSTREAM_HOMESERVER'],
    },
  ],
  joinToken: [
    {
      method: 'post',
      summary: 'Makes the SFU room with its agent and lets its first asker in.',
      caller: 'user',
      body: { schema: joinTokenRequestSchema, isRequired: true },
      answer: joinTokenResponseSchema,
      refusals: ['ERR_PROTOCOL_MALFORMED', ...JOIN_REFUSALS],
    },
  ],
  sfuGet: [
    {
      method: 'post',
      summary: 'Lets a user into the SFU room of a call of their own, in the shapes of MatrixRTC clients.',
      body: { schema: sfuGetRequestSchema, isRequired: true },
      ...sfuToken,
    },
  ],
  getToken: [
    {
      method: 'post',
      summary: 'Does the same in the newer shapes of MSC4195.',
      body: { schema: getTokenRequestSchema, isRequired: true },
      ...sfuToken,
    },
  ],
  calls: [
    {
      method: 'get',
      summary: "Lists the caller's own calls, newest first.",
      caller: 'user',
      query: callsQuerySchema,
      answer: callsResponseSchema,
      refusals: ['ERR_PROTOCOL_MALFORMED'],
    },
  ],
  call: [
    {
      method: 'delete',
      summary: 'Forgets one of the caller’s calls that is over: it is gone from every table.',
      caller: 'user',
      answer: undefined,
      refusals: ['ERR_PROTOCOL_CALL_ID', 'ERR_CALL_NOT_FOUND', 'ERR_CALL_LIVE'],
    },
  ],
  sync: [
    {
      method: 'post',
      summary: 'Says that the caller is in the SFU room: the call becomes active.',
      caller: 'user',
      body: { schema: syncRequestSchema, isRequired: false },
      answer: callRecordSchema,
      refusals: [...EVENT_REFUSALS, 'ERR_MATRIX_EVENT_NOT_FOUND', 'ERR_CALL_NOT_FOUND', 'ERR_CALL_ENDED'],
    },
  ],
  key: [
    { method: 'get', ...key },
    { method: 'post', ...key },
  ],
  update: [
    {
      method: 'post',
      summary: 'Ends a call, by its user or an agent of its oracle.',
      caller: 'user or agent',
      body: { schema: updateRequestSchema, isRequired: true },
      answer: callRecordSchema,
      refusals: [...EVENT_REFUSALS, 'ERR_MATRIX_EVENT_NOT_FOUND', 'ERR_CALL_NOT_FOUND'],
    },
  ],
  callMemory: [
    {
      method: 'post',
      summary: 'Keeps what an oracle remembers of a call’s session, sealed by its agent.',
      caller: 'agent',
      body: { schema: keepMemoryRequestSchema, isRequired: true },
      answer: undefined,
      refusals: [...MEMORY_REFUSALS, 'ERR_PROTOCOL_MALFORMED', 'ERR_MEMORY_ERASED'],
    },
    {
      method: 'delete',
      summary: 'Erases what an oracle remembers of a call’s session, because its user said so in the call.',
      caller: 'agent',
      answer: undefined,
      refusals: MEMORY_REFUSALS,
    },
  ],
  memories: [
    {
      method: 'get',
      summary: 'Lists the caller’s sessions of which an oracle remembers something.',
      caller: 'user',
      query: memoriesQuerySchema,
      answer: memoriesResponseSchema,
      refusals: ['ERR_PROTOCOL_MALFORMED'],
    },
    {
      method: 'delete',
      summary: 'Erases what an oracle remembers of the caller, or of one session; calls under way keep nothing.',
      caller: 'user',
      query: memoriesQuerySchema,
      answer: erasedResponseSchema,
      refusals: ['ERR_PROTOCOL_MALFORMED'],
    },
  ],
  rings: [
    {
      method: 'post',
      summary: 'Calls a person who has called this oracle: every device of theirs rings.',
      caller: 'agent',
      body: { schema: ringRequestSchema, isRequired: true },
      answer: ringRecordSchema,
      refusals: [
        'ERR_PROTOCOL_MALFORMED',
        'ERR_AUTH_HOMESERVER',
        'ERR_RING_STRANGER',
        'ERR_RING_IN_PROGRESS',
        'ERR_RING_UNREACHABLE',
        'ERR_UPSTREAM_HOMESERVER',
        'ERR_UPSTREAM_DRAINING',
      ],
    },
  ],
  ring: [
    {
      method: 'get',
      summary: 'Says what has become of a ring of this oracle.',
      caller: 'agent',
      answer: ringRecordSchema,
      refusals: ['ERR_PROTOCOL_MALFORMED', 'ERR_RING_NOT_FOUND'],
    },
    {
      method: 'delete',
      summary: 'Takes a ring back: every device stops.',
      caller: 'agent',
      answer: ringRecordSchema,
      refusals: ['ERR_PROTOCOL_MALFORMED', 'ERR_RING_NOT_FOUND', 'ERR_RING_OVER'],
    },
  ],
  claim: [
    {
      method: 'post',
      summary: 'Trades a dispatch ticket, once, for its call.',
      caller: 'agent',
      body: { schema: claimRequestSchema, isRequired: true },
      answer: claimResponseSchema,
      refusals: ['ERR_PROTOCOL_MALFORMED', 'ERR_CALL_TICKET', 'ERR_CALL_ENDED', 'ERR_MATRIX_EVENT_NOT_FOUND'],
    },
  ],
  standby: [
    {
      method: 'post',
      summary: 'Waits for the next call, for some seconds, and hands out what it is claimed with.',
      caller: 'agent',
      body: { schema: standbyRequestSchema, isRequired: true },
      answer: standbyResponseSchema,
      refusals: ['ERR_PROTOCOL_MALFORMED'],
    },
  ],
  sfuWebhook: [
    {
      method: 'post',
      summary: "Takes the SFU's word on who came and went, under its signature.",
      caller: 'SFU',
      body: { schema: v.looseObject({}), isRequired: false },
      answer: undefined,
      refusals: ['ERR_PROTOCOL_MALFORMED', 'ERR_AUTH_MISSING', 'ERR_AUTH_INVALID'],
    },
  ],
  healthz: [
    {
      method: 'get',
      summary: 'Answers while the process lives.',
      caller: 'anybody',
      answer: statusOf('ok'),
      refusals: [],
    },
  ],
  readyz: [
    {
      method: 'get',
      summary: 'Answers while database, homeserver and SFU do, and new calls are taken.',
      caller: 'anybody',
      query: readyQuerySchema,
      answer: readyResponseSchema,
      refusals: ['ERR_PROTOCOL_MALFORMED', 'ERR_PROTOCOL_NOT_FOUND'],
    },
  ],
};
