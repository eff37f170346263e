import * as v from 'valibot';

/* What a client of OpenAI's Realtime API (general availability, 2025) may send, as far as this server knows it. It takes nothing else, as the real one does. */

const pcmSchema = v.strictObject({ type: v.literal('audio/pcm'), rate: v.literal(24_000) });

/** In ms. The silence is longer than OpenAI's: a busy machine makes holes in what somebody says, and each server has its own. */
const serverVadSchema = v.strictObject({
  type: v.literal('server_vad'),
  prefix_padding_ms: v.optional(v.number(), 300),
  silence_duration_ms: v.optional(v.number(), 700),
  create_response: v.literal(true),
  interrupt_response: v.literal(true),
});

const toolSchema = v.strictObject({
  type: v.literal('function'),
  name: v.string(),
  description: v.string(),
  parameters: v.looseObject({ type: v.literal('object') }),
});

export const sessionSchema = v.strictObject({
  type: v.literal('realtime'),
  model: v.string(),
  instructions: v.string(),
  output_modalities: v.tuple([v.literal('audio')]),
  audio: v.strictObject({
    input: v.strictObject({
      format: pcmSchema,
      turn_detection: serverVadSchema,
      transcription: v.optional(v.strictObject({ model: v.string() })),
    }),
    output: v.strictObject({ format: pcmSchema, voice: v.optional(v.string()) }),
  }),
  tools: v.array(toolSchema),
});
export type SessionConfig = v.InferOutput<typeof sessionSchema>;

const createdItemSchema = v.variant('type', [
  v.strictObject({
    type: v.literal('message'),
    role: v.picklist(['user', 'assistant']),
    content: v.tuple([v.strictObject({ type: v.picklist(['input_text', 'output_text']), text: v.string() })]),
  }),
  v.strictObject({ type: v.literal('function_call_output'), call_id: v.string(), output: v.string() }),
]);
export type CreatedItem = v.InferOutput<typeof createdItemSchema>;

export const clientEventSchema = v.variant('type', [
  v.strictObject({ type: v.literal('session.update'), session: sessionSchema }),
  v.strictObject({ type: v.literal('input_audio_buffer.append'), audio: v.pipe(v.string(), v.base64()) }),
  v.strictObject({ type: v.literal('conversation.item.create'), item: createdItemSchema }),
  v.strictObject({
    type: v.literal('conversation.item.truncate'),
    item_id: v.string(),
    content_index: v.literal(0),
    audio_end_ms: v.pipe(v.number(), v.integer(), v.minValue(0)),
  }),
  v.strictObject({ type: v.literal('response.create') }),
  v.strictObject({ type: v.literal('response.cancel') }),
]);
export type ClientEvent = v.InferOutput<typeof clientEventSchema>;
