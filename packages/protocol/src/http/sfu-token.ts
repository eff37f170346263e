import * as v from 'valibot';
import { opaqueSchema } from './caller-answers.ts';
import { sessionRequestSchema } from './schemas.ts';

/*
 * `POST /sfu/get` and `POST /get_token`: the shapes of MatrixRTC's authorisation service (MSC4195; `element-hq/lk-jwt-service`), for clients
 * that know no other. Fields that mean nothing here (`delay_…`) are taken and dropped.
 */

const textSchema = (maxLength: number) =>
  v.pipe(v.string(), v.regex(new RegExp(`^[^\\s]{1,${String(maxLength)}}$`), 'text'));

/** The homeserver's answer to `/user/{userId}/openid/request_token`, as it is. */
export const sfuOpenIdTokenSchema = v.object({
  ...sessionRequestSchema.entries.openIdToken.entries,
  token_type: v.optional(v.string()),
  expires_in: v.optional(v.number()),
});

/** Which call is meant: the Matrix room, the SFU room, or the call id. */
const roomSchema = textSchema(512);

export const sfuGetRequestSchema = v.object({
  room: roomSchema,
  openid_token: sfuOpenIdTokenSchema,
  /** Taken and not used: an SFU identity names nobody. */
  device_id: v.optional(v.string()),
});
export type SfuGetRequest = v.InferOutput<typeof sfuGetRequestSchema>;

export const getTokenRequestSchema = v.object({
  room_id: roomSchema,
  slot_id: textSchema(512),
  openid_token: sfuOpenIdTokenSchema,
  member: v.object({
    id: textSchema(255),
    /** Must be the one whom the homeserver names. */
    claimed_user_id: textSchema(255),
    claimed_device_id: textSchema(255),
  }),
});
export type GetTokenRequest = v.InferOutput<typeof getTokenRequestSchema>;

export const sfuTokenResponseSchema = v.object({
  /** WebSocket address of the SFU. */
  url: v.pipe(v.string(), v.url()),
  jwt: opaqueSchema,
});
export type SfuTokenResponse = v.InferOutput<typeof sfuTokenResponseSchema>;

/** An error as Matrix's APIs write it (client-server API, "Standard error response"), with our code beside theirs. */
export const matrixErrorSchema = v.object({
  errcode: v.pipe(v.string(), v.regex(/^M_[A-Z_]+$/, 'a Matrix error code')),
  error: v.string(),
  code: v.string(),
  retry_after_ms: v.optional(v.number()),
});
export type MatrixError = v.InferOutput<typeof matrixErrorSchema>;
