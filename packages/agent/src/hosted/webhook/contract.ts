import * as v from 'valibot';
import type { MemoryBody } from '@oracle-calls/protocol/memory';
import type { CallContext, Turn } from '../../brain/brain.ts';
import type { Still } from '../../sight/still.ts';
import { bodyOf } from '../../memory/call-memory.ts';
import type { ToolDescription } from '../../tools/tool-box.ts';

/* The contract with a service that answers for the oracle; `docs/webhook-brain.md` says it in prose. */

/** Raise it for what an older service would misunderstand. New fields alone are no new version: services ignore what they do not know. */
export const WEBHOOK_VERSION = 1;

/** What a tool that the service wanted gave. */
export interface WebhookToolResult {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
  readonly result: string;
  readonly isError: boolean;
}

/** What the user shows. */
export interface WebhookStill {
  readonly mediaType: 'image/jpeg';
  readonly base64: string;
  readonly width: number;
  readonly height: number;
  readonly source: Still['source'];
}

export interface WebhookSession {
  /** The oracle's chat session that the call belongs to. */
  readonly id: string;
  readonly userDid?: string | undefined;
  readonly language?: string | undefined;
  readonly voice?: string | undefined;
  /** What is remembered of the session's earlier calls; absent where nothing is. */
  readonly memory?: MemoryBody | undefined;
}

/** Asks for the answer to the last turn. */
export interface AnswerRequest {
  readonly version: typeof WEBHOOK_VERSION;
  readonly type: 'answer';
  /** The same in every request about one answer. */
  readonly answerId: string;
  readonly session: WebhookSession;
  readonly turns: readonly Turn[];
  /** The service may ask for a picture of what the user shows, once for an answer. */
  readonly canLook: boolean;
  /** The picture that it asked for; `null` when nothing is shown. */
  readonly still?: WebhookStill | null | undefined;
  /** What of this answer was said before it broke off; go on from there. */
  readonly alreadySaid: string;
  /** The user may not have finished: do nothing that has an effect. */
  readonly isTentative: boolean;
  readonly tools: readonly ToolDescription[];
  /** Of all tools wanted for this answer so far. */
  readonly toolResults: readonly WebhookToolResult[];
}

/** Tells that an answer is not wanted any more. Nothing has to be answered to it. */
export interface InterruptionRequest {
  readonly version: typeof WEBHOOK_VERSION;
  readonly type: 'interruption';
  readonly answerId: string;
  readonly session: WebhookSession;
  /** What had come of the answer. How much of it the user heard is in the next request's turns. */
  readonly received: string;
}

export const sessionOf = ({ sessionId, userDid, language, voice, memory }: CallContext): WebhookSession => ({
  id: sessionId,
  userDid,
  language,
  voice,
  memory: memory && bodyOf(memory),
});

export const stillOf = ({ jpeg, width, height, source }: Still): WebhookStill => ({
  mediaType: 'image/jpeg',
  base64: Buffer.from(jpeg).toString('base64'),
  width,
  height,
  source,
});

const wantedToolSchema = v.object({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  name: v.string(),
  arguments: v.optional(v.unknown(), {}),
});
export type WebhookToolCall = v.InferOutput<typeof wantedToolSchema>;

/** A service that does not stream answers with this. */
export const wholeAnswerSchema = v.object({
  text: v.optional(v.string(), ''),
  tools: v.optional(v.array(wantedToolSchema), []),
  look: v.optional(v.boolean(), false),
});

/** The data of the events of a service that streams, by the events' names. */
export const eventSchemas = {
  text: v.object({ text: v.string() }),
  tool: wantedToolSchema,
  look: v.object({}),
  end: v.object({}),
  error: v.object({ isRetryable: v.optional(v.boolean(), false) }),
} as const;
