import * as v from 'valibot';
import { enginePlaceSchema } from '@oracle-calls/protocol/hearing';
import { isSealedEndpoint, PLAINTEXT_REFUSED, plaintextSchema as plaintext } from './endpoint-address.ts';
import { turnSettingsSchema } from './turn-settings.ts';
import { memoryOptionSchema } from '../memory/memory-settings.ts';

const urlSchema = v.pipe(v.string(), v.url());
const modelSchema = v.pipe(v.string(), v.minLength(1));
/** Says where a service really is, when its address does not: a proxy on this machine that passes everything on. */
const place = v.optional(enginePlaceSchema);

/** It sees: a chat model is sent a picture with each turn, a webhook gets one when it asks. */
const vision = v.optional(v.boolean());

/** Which brain, as configurations and authors name it. Keys and secrets are named by file. */
export const brainSettingsSchema = v.pipe(
  v.variant('kind', [
    /** The models of the weights folder; with documents and tools, these. */
    v.strictObject({ kind: v.literal('local') }),
    v.strictObject({
      kind: v.literal('chat'),
      baseUrl: urlSchema,
      model: modelSchema,
      apiKeyFile: v.optional(v.string()),
      temperature: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(2))),
      maxTokens: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
      place,
      plaintext,
      vision,
    }),
    v.strictObject({ kind: v.literal('webhook'), url: urlSchema, secretFile: v.string(), place, plaintext, vision }),
    /** A model that hears and speaks by itself; recognition and speech have no part then. */
    v.strictObject({
      kind: v.literal('realtime'),
      /** What stands before `/realtime`; `http:` and `https:` stand for `ws:` and `wss:`. */
      baseUrl: urlSchema,
      model: modelSchema,
      /** The oracle's own when absent, else the caller's wish. */
      voice: v.optional(v.string()),
      apiKeyFile: v.optional(v.string()),
      /** Writes down what the user says; without it there are no captions of the user. */
      transcriptionModel: v.optional(v.string()),
      place,
      plaintext,
    }),
  ]),
  v.check((settings) => isSealedEndpoint(settings), PLAINTEXT_REFUSED),
);
export type BrainSettings = v.InferOutput<typeof brainSettingsSchema>;

export const recognitionSettingsSchema = v.pipe(
  v.variant('kind', [
    v.strictObject({ kind: v.literal('local') }),
    v.strictObject({
      kind: v.literal('endpoint'),
      baseUrl: urlSchema,
      model: modelSchema,
      apiKeyFile: v.optional(v.string()),
      language: v.optional(v.string()),
      place,
      plaintext,
    }),
  ]),
  v.check((settings) => isSealedEndpoint(settings), PLAINTEXT_REFUSED),
);
export type RecognitionSettings = v.InferOutput<typeof recognitionSettingsSchema>;

export const speechSettingsSchema = v.pipe(
  v.variant('kind', [
    v.strictObject({ kind: v.literal('local') }),
    v.strictObject({
      kind: v.literal('endpoint'),
      baseUrl: urlSchema,
      model: modelSchema,
      /** The oracle's own when absent. */
      voice: v.optional(v.string()),
      apiKeyFile: v.optional(v.string()),
      /** Hertz of what it answers to `response_format: pcm`. */
      pcmSampleRate: v.optional(v.pipe(v.number(), v.integer(), v.minValue(8_000), v.maxValue(48_000))),
      place,
      plaintext,
    }),
  ]),
  v.check((settings) => isSealedEndpoint(settings), PLAINTEXT_REFUSED),
);
export type SpeechSettings = v.InferOutput<typeof speechSettingsSchema>;

/** What an operator chooses about an oracle: everything in place, or a file of {@link defineOracle}. Without any of it the demonstration brain talks. */
export const oracleSettingsSchema = v.strictObject({
  /** A module that exports `oracle`; it takes the place of `instructions`, `documentsDir`, `apology` and `brain`. */
  definitionFile: v.optional(v.string()),
  instructions: v.optional(v.string()),
  documentsDir: v.optional(v.string()),
  /** What it says aloud when its brain fails. */
  apology: v.optional(v.pipe(v.string(), v.minLength(1))),
  brain: v.optional(brainSettingsSchema),
  recognition: v.optional(recognitionSettingsSchema),
  speech: v.optional(speechSettingsSchema),
  /** How it takes turns; goes before what a file of {@link defineOracle} says. */
  turns: v.optional(turnSettingsSchema),
  /** Whether it remembers sessions from call to call, and how: it goes before what a definition file says. Not at all when neither says so. */
  memory: v.optional(memoryOptionSchema),
});
export type OracleSettings = v.InferOutput<typeof oracleSettingsSchema>;

export { isSealedEndpoint, PLAINTEXT_REFUSED, plaintextSchema } from './endpoint-address.ts';
export { enginePlaceSchema, memoryOptionSchema, turnSettingsSchema };
