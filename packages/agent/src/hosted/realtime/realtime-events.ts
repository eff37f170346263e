import * as v from 'valibot';

/* The events of OpenAI's Realtime API (general availability, 2025) that a conversation needs. Servers send many more. */

const named = <const T extends string, const E extends v.ObjectEntries>(type: T, entries: E) =>
  v.object({ type: v.literal(type), ...entries });

const failureSchema = v.nullish(v.object({ type: v.nullish(v.string()), code: v.nullish(v.string()) }));

/** A number that helps to measure: a conversation goes on without it, and with something else in its place. */
const toldMs = v.fallback(v.optional(v.number()), undefined);

/** What the server says of how it notices speech; without it, places in the sound cannot be understood. */
const detectionSchema = v.object({ prefix_padding_ms: v.number(), silence_duration_ms: v.number() });
const takenSchema = v.object({ audio: v.object({ input: v.object({ turn_detection: detectionSchema }) }) });

/** From the server. What has another `type` is ignored. */
export const realtimeEventSchema = v.variant('type', [
  named('session.created', {}),
  named('session.updated', { session: v.fallback(v.optional(takenSchema), undefined) }),
  named('input_audio_buffer.speech_started', { audio_start_ms: toldMs }),
  named('input_audio_buffer.speech_stopped', { audio_end_ms: toldMs }),
  named('conversation.item.input_audio_transcription.completed', { transcript: v.string() }),
  named('response.created', {}),
  named('response.output_audio.delta', { item_id: v.string(), delta: v.string() }),
  named('response.output_audio_transcript.delta', { item_id: v.string(), delta: v.string() }),
  named('response.function_call_arguments.done', { call_id: v.string(), name: v.string(), arguments: v.string() }),
  named('response.done', { response: v.object({ status: v.string() }) }),
  named('error', { error: failureSchema }),
]);
export type RealtimeEvent = v.InferOutput<typeof realtimeEventSchema>;
export type SpeechDetection = v.InferOutput<typeof detectionSchema>;

/** Names that servers before general availability, and their imitators, use for the same. */
const OLDER_NAMES: Readonly<Record<string, RealtimeEvent['type']>> = {
  'response.audio.delta': 'response.output_audio.delta',
  'response.audio_transcript.delta': 'response.output_audio_transcript.delta',
};

const KNOWN: ReadonlySet<string> = new Set(realtimeEventSchema.options.map(({ entries }) => entries.type.literal));

const typedSchema = v.looseObject({ type: v.string() });

/** The event in a frame; `undefined` for one of the many that say nothing to us. @throws {v.ValiError} when it is none at all */
export function parseRealtimeEvent(value: unknown): RealtimeEvent | undefined {
  const event = v.parse(typedSchema, value);
  const type = OLDER_NAMES[event.type] ?? event.type;
  return KNOWN.has(type) ? v.parse(realtimeEventSchema, { ...event, type }) : undefined;
}
