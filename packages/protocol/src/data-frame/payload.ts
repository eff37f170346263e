import * as v from 'valibot';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { FRAME_MAX_BYTES } from '../frame/frame-header.ts';
import { systemEntropy, type Entropy } from '../kem/entropy.ts';
import { parseWith } from '../parse.ts';
import { DATA_FRAME_OVERHEAD_BYTES } from './layout.ts';

/** Largest payload, in bytes of JSON: what fits into one frame. */
export const PAYLOAD_MAX_BYTES = FRAME_MAX_BYTES - DATA_FRAME_OVERHEAD_BYTES;

/** Longest caption, in UTF-16 units: a spoken sentence is far shorter. */
export const CAPTION_MAX_LENGTH = 2_000;

/** Longest chat message, in UTF-16 units: three bytes each fit into one frame. */
export const CHAT_MAX_LENGTH = 4_000;

const PAYLOAD_ID_BYTES = 16;
const PAYLOAD_ID = /^[0-9a-f]{32}$/;

/** Names a payload over all its resends: 128 random bits in hex. */
const payloadIdSchema = v.pipe(v.string(), v.regex(PAYLOAD_ID, '32 hex digits'));

const epochMsSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const text = (maxLength: number) =>
  v.pipe(
    v.string(),
    v.minLength(1, 'a text that is not empty'),
    v.maxLength(maxLength, `at most ${maxLength} characters`),
  );

/** What one side tells the other about the call itself. */
export const controlSchema = v.variant('action', [
  /** User: stop speaking. */
  v.strictObject({ id: payloadIdSchema, kind: v.literal('control'), action: v.literal('interrupt') }),
  /** Oracle: what it does. */
  v.strictObject({
    id: payloadIdSchema,
    kind: v.literal('control'),
    action: v.literal('oracle-state'),
    state: v.picklist(['listening', 'thinking', 'speaking']),
  }),
  /** Either: its microphone was muted or opened. */
  v.strictObject({
    id: payloadIdSchema,
    kind: v.literal('control'),
    action: v.literal('muted'),
    isMuted: v.boolean(),
  }),
  /** Either: a payload has arrived; it need not be sent again. */
  v.strictObject({
    id: payloadIdSchema,
    kind: v.literal('control'),
    action: v.literal('received'),
    received: payloadIdSchema,
  }),
  /** Either: it sends under this epoch's keys; the epoch is the frame's own. */
  v.strictObject({ id: payloadIdSchema, kind: v.literal('control'), action: v.literal('epoch-switched') }),
  /** User: its connection was mended; the agent is to begin a new epoch. */
  v.strictObject({ id: payloadIdSchema, kind: v.literal('control'), action: v.literal('rekey') }),
  /** Oracle: this question waits for no answer any more. */
  v.strictObject({
    id: payloadIdSchema,
    kind: v.literal('control'),
    action: v.literal('question-over'),
    question: payloadIdSchema,
  }),
  /** User: nothing of this call is to be remembered; or nothing of the whole session any more, this call included. */
  v.strictObject({
    id: payloadIdSchema,
    kind: v.literal('control'),
    action: v.literal('memory'),
    wish: v.picklist(['keep-nothing', 'forget']),
  }),
  /** Either: the call is over, before the SFU says so. */
  v.strictObject({ id: payloadIdSchema, kind: v.literal('control'), action: v.literal('hang-up') }),
]);
export type ControlPayload = v.InferOutput<typeof controlSchema>;

/** Most timed words of a caption: a minute of fast speech. */
export const CAPTION_WORDS_MAX = 300;

const millisecondsSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** One word, and when it sounds: milliseconds from where the utterance's sound begins. */
export const captionWordSchema = v.strictObject({
  text: text(100),
  startMs: millisecondsSchema,
  endMs: millisecondsSchema,
});
export type CaptionWord = v.InferOutput<typeof captionWordSchema>;

/** Words that were spoken, as they are recognised or said. */
export const captionSchema = v.strictObject({
  id: payloadIdSchema,
  kind: v.literal('caption'),
  speaker: v.picklist(['user', 'oracle']),
  /** Captions of one utterance share it; a later one replaces the earlier. */
  segment: payloadIdSchema,
  text: text(CAPTION_MAX_LENGTH),
  /** True when the words of the segment change no more. */
  isFinal: v.boolean(),
  /** The words of `text` with their times, where they are known. */
  words: v.optional(v.pipe(v.array(captionWordSchema), v.maxLength(CAPTION_WORDS_MAX), v.readonly())),
});
export type CaptionPayload = v.InferOutput<typeof captionSchema>;

/** A written message. */
export const chatSchema = v.strictObject({
  id: payloadIdSchema,
  kind: v.literal('chat'),
  text: text(CHAT_MAX_LENGTH),
  /** When it was written, ms since the Unix epoch, by the writer's clock. */
  sentAt: epochMsSchema,
});
export type ChatPayload = v.InferOutput<typeof chatSchema>;

/** Longest question to the user, in UTF-16 units: what fits on a small screen. */
export const QUESTION_MAX_LENGTH = 500;
/** Longest text of what a tool would be run with, in UTF-16 units of JSON. */
export const ARGUMENTS_MAX_LENGTH = 4_000;

/** The keys of a telephone: at most as many choices. */
const KEYPAD_KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;
const keypadKeySchema = v.picklist(KEYPAD_KEYS);
export type KeypadKey = v.InferOutput<typeof keypadKeySchema>;

/** One quick reply, under a key as on a telephone. */
export const questionChoiceSchema = v.strictObject({ key: keypadKeySchema, label: text(80) });
export type QuestionChoice = v.InferOutput<typeof questionChoiceSchema>;

/** Oracle: asks the user for something that is answered by a touch. */
export const questionSchema = v.variant('asks', [
  /** May this tool be used, with these arguments? They are a model's words: shown as text, never believed. */
  v.strictObject({
    id: payloadIdSchema,
    kind: v.literal('question'),
    asks: v.literal('approval'),
    tool: text(64),
    /** The author's words for what the tool does. */
    text: text(QUESTION_MAX_LENGTH),
    argumentsText: v.pipe(v.string(), v.maxLength(ARGUMENTS_MAX_LENGTH)),
    /** How long the oracle waits, in ms from when it is asked. */
    waitsMs: millisecondsSchema,
  }),
  /** Which of these? */
  v.strictObject({
    id: payloadIdSchema,
    kind: v.literal('question'),
    asks: v.literal('choice'),
    text: text(QUESTION_MAX_LENGTH),
    choices: v.pipe(
      v.array(questionChoiceSchema),
      v.minLength(1),
      v.maxLength(KEYPAD_KEYS.length),
      v.check((choices) => new Set(choices.map(({ key }) => key)).size === choices.length, 'each key once'),
      v.readonly(),
    ),
    waitsMs: millisecondsSchema,
  }),
]);
export type QuestionPayload = v.InferOutput<typeof questionSchema>;

/** User: answers a question. The first answer counts. */
export const answerSchema = v.variant('answers', [
  v.strictObject({
    id: payloadIdSchema,
    kind: v.literal('answer'),
    answers: v.literal('approval'),
    question: payloadIdSchema,
    isApproved: v.boolean(),
  }),
  v.strictObject({
    id: payloadIdSchema,
    kind: v.literal('answer'),
    answers: v.literal('choice'),
    question: payloadIdSchema,
    key: keypadKeySchema,
  }),
]);
export type AnswerPayload = v.InferOutput<typeof answerSchema>;

/** Everything that may travel as data in a call: closed, whatever else arrives is refused. */
export type DataPayload = ControlPayload | CaptionPayload | ChatPayload | QuestionPayload | AnswerPayload;
export type DataKind = DataPayload['kind'];

const SCHEMAS = {
  control: controlSchema,
  caption: captionSchema,
  chat: chatSchema,
  question: questionSchema,
  answer: answerSchema,
} as const satisfies Record<DataKind, v.GenericSchema<unknown, DataPayload>>;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A fresh payload id. */
export function createPayloadId(entropy: Entropy = systemEntropy): string {
  return Array.from(entropy.randomBytes(PAYLOAD_ID_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * A payload as JSON in UTF-8.
 *
 * @throws {OracleCallError} `ERR_DATA_MALFORMED` when it is none, `ERR_DATA_TOO_LARGE` when it does not fit into a frame
 */
export function encodePayload(payload: DataPayload): Uint8Array<ArrayBuffer> {
  const checked = parsePayload(payload.kind, payload);
  const bytes = encoder.encode(JSON.stringify(checked));
  if (bytes.length > PAYLOAD_MAX_BYTES) throw new OracleCallError('ERR_DATA_TOO_LARGE');
  return bytes;
}

/**
 * Reads a payload of the kind that the frame's header says.
 *
 * @throws {OracleCallError} `ERR_DATA_TOO_LARGE` before anything is parsed, `ERR_DATA_MALFORMED`
 */
export function decodePayload(kind: DataKind, bytes: Uint8Array): DataPayload {
  if (bytes.length > PAYLOAD_MAX_BYTES) throw new OracleCallError('ERR_DATA_TOO_LARGE');
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new OracleCallError('ERR_DATA_MALFORMED', undefined, { cause });
  }
  return parsePayload(kind, value);
}

function parsePayload(kind: DataKind, value: unknown): DataPayload {
  // A kind that a caller without types made up has no schema, and no inherited property may pass for one.
  if (!Object.hasOwn(SCHEMAS, kind)) throw new OracleCallError('ERR_DATA_MALFORMED');
  const schema: v.GenericSchema<unknown, DataPayload> = SCHEMAS[kind];
  return parseWith(schema, value, 'ERR_DATA_MALFORMED');
}
