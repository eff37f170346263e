import { ERROR_CODES } from '@oracle-calls/protocol';
import { memoryBodySchema } from '@oracle-calls/protocol/memory';
import * as v from 'valibot';
import { callHearingSchema } from '@oracle-calls/protocol/hearing';
import { turnSettingsSchema } from '../oracle/turn-settings.ts';
import { hostUserMessageSchemas, jobUserMessageSchema, stillSchema } from './user-messages.ts';
import { memorySettingsSchema } from '../memory/memory-settings.ts';
import { ANSWER_OUTCOMES } from '../hosted/realtime/speech-to-speech.ts';

/*
 * What a job and the speech host say to each other. Both unions are closed: a kind is added together with its case in
 * `host-connection.ts` and `speech-server.ts`. Both ends parse: a frame that is none of these ends the connection.
 */

/** What it is, `memory.notes` checks once more. */
const noteValueSchema = memoryBodySchema.entries.notes.value;
const requestIdSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
const samplesSchema = v.custom<Float32Array>((value) => value instanceof Float32Array);

const pixelsSchema = v.custom<Uint8Array<ArrayBuffer>>((value) => value instanceof Uint8Array);

const timedWordsSchema = v.pipe(
  v.array(v.strictObject({ text: v.string(), startMs: v.number(), endMs: v.number() })),
  v.readonly(),
);

const turnSchema = v.strictObject({
  speaker: v.picklist(['user', 'oracle']),
  text: v.string(),
  isInterrupted: v.optional(v.boolean()),
  still: v.optional(stillSchema),
});
const contextSchema = v.strictObject({
  sessionId: v.string(),
  conversationId: v.optional(v.string()),
  userDid: v.optional(v.string()),
  language: v.optional(v.string()),
  voice: v.optional(v.string()),
  comparisonCode: v.optional(v.string()),
  isUserMuted: v.optional(v.boolean()),
  memory: v.optional(memoryBodySchema),
});

/** From a job to a model that hears and speaks by itself. */
const realtimeInputSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('sound'), samples: samplesSchema }),
  v.strictObject({ kind: v.literal('written'), text: v.string() }),
  v.strictObject({ kind: v.literal('give-up') }),
  v.strictObject({ kind: v.literal('heard-until'), answerId: v.string(), playedMs: v.number() }),
]);
export type RealtimeInput = v.InferOutput<typeof realtimeInputSchema>;

/** From that model. That it is over is told by the request's error. */
const realtimeNoticeSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('opened') }),
  v.strictObject({ kind: v.literal('user-speaks'), startedAt: v.optional(v.number()) }),
  v.strictObject({ kind: v.literal('user-silent'), stoppedAt: v.optional(v.number()) }),
  v.strictObject({ kind: v.literal('user-words'), text: v.string() }),
  v.strictObject({ kind: v.literal('sound'), answerId: v.string(), samples: samplesSchema }),
  v.strictObject({ kind: v.literal('oracle-words'), answerId: v.string(), text: v.string() }),
  v.strictObject({ kind: v.literal('answered'), outcome: v.picklist(ANSWER_OUTCOMES) }),
]);
export type RealtimeNotice = v.InferOutput<typeof realtimeNoticeSchema>;

/** One piece of work for one engine. */
const workSchema = v.variant('engine', [
  v.strictObject({
    engine: v.literal('recogniser'),
    pcm16k: samplesSchema,
    rivals: v.optional(v.pipe(v.array(v.string()), v.readonly())),
    language: v.optional(v.string()),
  }),
  v.strictObject({ engine: v.literal('synthesiser'), text: v.string(), voice: v.optional(v.string()) }),
  v.strictObject({ engine: v.literal('turn-detector'), pcm16k: samplesSchema }),
  /** A picture of the author's own avatar. */
  v.strictObject({
    engine: v.literal('avatar'),
    level: v.number(),
    activity: v.picklist(['listening', 'thinking', 'speaking']),
    atMs: v.number(),
  }),
  v.strictObject({
    engine: v.literal('brain'),
    turns: v.pipe(v.array(turnSchema), v.readonly()),
    context: contextSchema,
    /** What of this answer was given before an earlier host died; the answer goes on from there. */
    alreadySaid: v.string(),
    /** The turn may not be over: nothing may have an effect until `settled` comes. */
    isTentative: v.boolean(),
    /** Whether the job can ask its user about a tool. */
    canApprove: v.boolean(),
    /** Whether the job can show its user anything. */
    hasUser: v.boolean(),
    /** Whether the job can look at what its user shows. */
    hasEyes: v.boolean(),
  }),
  /** A whole conversation: it is over when it is cancelled, or fails. */
  v.strictObject({
    engine: v.literal('realtime'),
    turns: v.pipe(v.array(turnSchema), v.readonly()),
    context: contextSchema,
    canApprove: v.boolean(),
    hasUser: v.boolean(),
  }),
]);
export type SpeechWork = v.InferOutput<typeof workSchema>;

/** What an engine made of its work. The brain's text has come in chunks before. */
const outputSchema = v.variant('engine', [
  v.strictObject({
    engine: v.literal('recogniser'),
    text: v.string(),
    rival: v.optional(v.strictObject({ text: v.string(), behind: v.number() })),
  }),
  v.strictObject({ engine: v.literal('synthesiser'), samples: samplesSchema, words: v.optional(timedWordsSchema) }),
  v.strictObject({ engine: v.literal('turn-detector'), completion: v.number() }),
  v.strictObject({ engine: v.literal('brain') }),
  v.strictObject({ engine: v.literal('avatar'), rgba: pixelsSchema }),
  v.strictObject({ engine: v.literal('realtime') }),
]);
export type SpeechOutput = v.InferOutput<typeof outputSchema>;

const factsSchema = v.strictObject({
  /** Hertz of synthesised speech. */
  sampleRate: v.number(),
  brainTitle: v.string(),
  /** Whether a picture of what the user shows is to go along with each turn. */
  wantsStills: v.boolean(),
  /** What stands for the oracle in a video call: nothing, the job's own orb, or what the author draws here. */
  avatar: v.union([v.picklist(['none', 'orb']), v.strictObject({ width: v.number(), height: v.number() })]),
  /** What the oracle says when its brain fails. */
  apology: v.string(),
  /** Who hears what is said through this host. */
  hearing: callHearingSchema,
  /** Whether a model hears and speaks by itself: then there is no other engine. */
  isRealtime: v.boolean(),
  /** Whether the voice tells when its words sound. */
  hasWordTimes: v.boolean(),
  /** Whether it can hear that somebody has finished. */
  hasTurnDetector: v.boolean(),
  /** How the oracle takes turns, as its author and its operator want it. */
  turns: turnSettingsSchema,
  /** How the oracle remembers; absent when it does not. */
  memory: v.optional(memorySettingsSchema),
});
/** What the host tells about itself once its models are loaded. */
export type SpeechFacts = v.InferOutput<typeof factsSchema>;

/** From a job to the host. */
export const jobMessageSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('run'), requestId: requestIdSchema, work: workSchema }),
  v.strictObject({ kind: v.literal('cancel'), requestId: requestIdSchema }),
  /** The turn that a tentative request is about is over. */
  v.strictObject({ kind: v.literal('settled'), requestId: requestIdSchema }),
  jobUserMessageSchema,
  v.strictObject({ kind: v.literal('realtime-input'), requestId: requestIdSchema, input: realtimeInputSchema }),
]);
export type JobMessage = v.InferOutput<typeof jobMessageSchema>;

/** From the host to a job. `ready` comes once, first; a cancelled request is answered by nothing. */
export const hostMessageSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('ready'), facts: factsSchema }),
  v.strictObject({ kind: v.literal('chunk'), requestId: requestIdSchema, text: v.string() }),
  ...hostUserMessageSchemas,
  /** A tool is about to be run that has an effect. */
  v.strictObject({ kind: v.literal('acted'), requestId: requestIdSchema }),
  /** The oracle's own code has noted something about the call's session; without a value the note is gone. */
  v.strictObject({ kind: v.literal('note'), name: v.string(), value: v.optional(noteValueSchema) }),
  v.strictObject({ kind: v.literal('realtime-notice'), requestId: requestIdSchema, notice: realtimeNoticeSchema }),
  v.strictObject({ kind: v.literal('result'), requestId: requestIdSchema, output: outputSchema }),
  v.strictObject({
    kind: v.literal('error'),
    requestId: requestIdSchema,
    code: v.picklist(ERROR_CODES),
    message: v.string(),
  }),
]);
export type HostMessage = v.InferOutput<typeof hostMessageSchema>;
