import * as v from 'valibot';
import { OracleCallError } from './errors/oracle-call-error.ts';

declare const callIdBrand: unique symbol;
declare const sfuRoomNameBrand: unique symbol;
declare const matrixEventIdBrand: unique symbol;

/** Named, so that declarations that were inferred can name it. */
export interface SfuRoomNameBrand {
  readonly [sfuRoomNameBrand]: true;
}

/** The SFU room's name: 1–64 characters of `A–Z a–z 0–9 _ -`, not starting with a sign. */
export type SfuRoomName = string & SfuRoomNameBrand;

/** Named, so that declarations that were inferred can name it. */
export interface MatrixEventIdBrand {
  readonly [matrixEventIdBrand]: true;
}

/** A Matrix event id of room version 4 or later: `$` and URL-safe base64 (Matrix spec, "Room version 4: event IDs"). */
export type MatrixEventId = string & MatrixEventIdBrand;

/** Named, so that declarations that were inferred can name it. */
export interface CallIdBrand {
  readonly [callIdBrand]: true;
}

/** `eventId@roomId` of the architecture: names one call. Opaque outside this file: look it up, never split it by hand. */
export type CallId = string & CallIdBrand;

/*
 * Both halves use only characters that RFC 3986 section 3.3 allows unescaped in a path segment (`$` and `@` are pchars),
 * so a call id stands in a URL as it is, and neither half can contain the `@` between them.
 */
const SFU_ROOM_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const MATRIX_EVENT_ID = /^\$[A-Za-z0-9_-]{1,128}$/;

/** Upper bound of a call id's length in characters: both grammars' bounds and the `@`. */
export const CALL_ID_MAX_LENGTH = 129 + 1 + 64;

const isSfuRoomName = (text: unknown): text is SfuRoomName => typeof text === 'string' && SFU_ROOM_NAME.test(text);
const isMatrixEventId = (text: unknown): text is MatrixEventId =>
  typeof text === 'string' && MATRIX_EVENT_ID.test(text);

function splitCallId(text: unknown): CallIdParts | undefined {
  if (typeof text !== 'string' || text.length > CALL_ID_MAX_LENGTH) return undefined;
  const at = text.indexOf('@');
  const eventId = text.slice(0, Math.max(at, 0));
  const sfuRoomName = text.slice(at + 1);
  if (!isMatrixEventId(eventId) || !isSfuRoomName(sfuRoomName)) return undefined;
  return { eventId, sfuRoomName };
}

export interface CallIdParts {
  readonly eventId: MatrixEventId;
  readonly sfuRoomName: SfuRoomName;
}

export const sfuRoomNameSchema = v.custom<SfuRoomName>(isSfuRoomName, 'an SFU room name');
export const matrixEventIdSchema = v.custom<MatrixEventId>(isMatrixEventId, 'a Matrix event id');
export const callIdSchema = v.custom<CallId>((text) => splitCallId(text) !== undefined, 'a call id eventId@roomId');

/**
 * Checks text from outside against the grammar of call ids.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_CALL_ID`
 */
export function parseCallId(text: unknown): CallId {
  if (splitCallId(text) === undefined) throw new OracleCallError('ERR_PROTOCOL_CALL_ID');
  return text as CallId;
}

/** The two halves of a call id. The SFU room name is a claim until the call was looked up. */
export function callIdParts(callId: CallId): CallIdParts {
  const parts = splitCallId(callId);
  if (parts === undefined) throw new OracleCallError('ERR_PROTOCOL_CALL_ID');
  return parts;
}

/** Puts a call id together. */
export function createCallId(eventId: MatrixEventId, sfuRoomName: SfuRoomName): CallId {
  return parseCallId(`${eventId}@${sfuRoomName}`);
}

/** @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` */
export function parseMatrixEventId(text: unknown): MatrixEventId {
  if (!isMatrixEventId(text)) throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'Not a Matrix event id.');
  return text;
}

/** @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` */
export function parseSfuRoomName(text: unknown): SfuRoomName {
  if (!isSfuRoomName(text)) throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'Not an SFU room name.');
  return text;
}

/** Random bytes in a new SFU room name: 128 bits, so that names neither collide nor can be guessed. */
const SFU_ROOM_NAME_RANDOM_BYTES = 16;

/** A fresh random SFU room name; it says nothing about who calls whom. */
export function createSfuRoomName(): SfuRoomName {
  const random = crypto.getRandomValues(new Uint8Array(SFU_ROOM_NAME_RANDOM_BYTES));
  return parseSfuRoomName(`lk-${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`);
}
