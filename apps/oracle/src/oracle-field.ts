import {
  enginePlaceSchema,
  isSealedEndpoint,
  memoryOptionSchema,
  PLAINTEXT_REFUSED,
  plaintextSchema,
  turnSettingsSchema,
} from '@oracle-calls/agent/oracle-settings';
import * as v from 'valibot';
import { httpUrlSchema, textSchema } from './config-fields.ts';
import { namedPath } from './configuration/schema-walk.ts';

const apiKeyFile = v.optional(namedPath('secret'));

/** Where the service really is, when its address does not say so: shown to callers. */
const place = v.optional(enginePlaceSchema);

/** `allow`: an `http:` address of another machine, on a network of your own. What is said goes there readable for whoever is on the way. */
const plaintext = plaintextSchema;

/** It sees: a chat model is sent a picture with each turn, a webhook gets one when it asks. Callers are told. */
const vision = v.optional(v.boolean());

const local = v.strictObject({ kind: v.literal('local') });

const brainSchema = v.pipe(
  v.variant('kind', [
    local,
    /** An OpenAI-compatible chat endpoint; `baseUrl` is what stands before `/chat/completions`. */
    v.strictObject({
      kind: v.literal('chat'),
      baseUrl: httpUrlSchema,
      model: textSchema,
      apiKeyFile,
      temperature: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(2))),
      /** Sent as `max_tokens`; leave it out for hosted models that refuse that. */
      maxTokens: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
      place,
      plaintext,
      vision,
    }),
    /** A service of your own: `docs/webhook-brain.md`. */
    v.strictObject({
      kind: v.literal('webhook'),
      url: httpUrlSchema,
      secretFile: namedPath('secret'),
      place,
      plaintext,
      vision,
    }),
    /** A model that hears and speaks by itself (Realtime API); `baseUrl` is what stands before `/realtime`. `recognition` and `speech` have no part then. */
    v.strictObject({
      kind: v.literal('realtime'),
      baseUrl: httpUrlSchema,
      model: textSchema,
      voice: v.optional(textSchema),
      apiKeyFile,
      /** Writes down what the user says, for captions. */
      transcriptionModel: v.optional(textSchema),
      place,
      plaintext,
    }),
  ]),
  v.check((settings) => isSealedEndpoint(settings), PLAINTEXT_REFUSED),
);

const recognitionSchema = v.pipe(
  v.variant('kind', [
    local,
    v.strictObject({
      kind: v.literal('endpoint'),
      baseUrl: httpUrlSchema,
      model: textSchema,
      apiKeyFile,
      language: v.optional(textSchema),
      place,
      plaintext,
    }),
  ]),
  v.check((settings) => isSealedEndpoint(settings), PLAINTEXT_REFUSED),
);

const speechSchema = v.pipe(
  v.variant('kind', [
    local,
    v.strictObject({
      kind: v.literal('endpoint'),
      baseUrl: httpUrlSchema,
      model: textSchema,
      voice: v.optional(textSchema),
      apiKeyFile,
      /** Hertz of what it answers to `response_format: pcm`. */
      pcmSampleRate: v.optional(v.pipe(v.number(), v.integer(), v.minValue(8_000), v.maxValue(48_000))),
      place,
      plaintext,
    }),
  ]),
  v.check((settings) => isSealedEndpoint(settings), PLAINTEXT_REFUSED),
);

/** Which brain, recognition and voice. The same as the agent's `oracleSettingsSchema`, with what the named files have to be. */
export const oracleField = v.optional(
  v.strictObject({
    /** A module that exports `oracle = defineOracle({ … })`; it takes the place of the next four, and is run. */
    definitionFile: v.optional(namedPath('file')),
    instructions: v.optional(textSchema),
    /** `.md` and `.txt` that it answers from. */
    documentsDir: v.optional(namedPath('folder')),
    /** What it says aloud when its brain fails. */
    apology: v.optional(textSchema),
    brain: v.optional(brainSchema),
    recognition: v.optional(recognitionSchema),
    speech: v.optional(speechSchema),
    /** How it takes turns with its callers, and what it says of its own accord. */
    turns: v.optional(turnSettingsSchema),
    /** Whether it remembers sessions from call to call, and how; `false` also where its definition says so. Callers are told. */
    memory: v.optional(memoryOptionSchema),
  }),
);
