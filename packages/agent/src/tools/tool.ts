import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { CallContext } from '../brain/brain.ts';

/** JSON Schema, as models and other services take it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface ToolContext {
  readonly call: CallContext;
  /** Aborts when the time is up or the answer is not wanted any more. */
  readonly signal: AbortSignal;
}

/** The author's words for the question whether a tool may be used. */
export interface ToolApproval {
  /** On the screen, above the arguments; the description when absent. At most {@link QUESTION_MAX_LENGTH} characters. */
  readonly text?: string | undefined;
  /** What the oracle says while it waits; {@link APPROVAL_SPOKEN} when absent. Only a touch allows: a spoken yes does not. */
  readonly spoken?: string | undefined;
}

/** Something that an oracle can do or look up, for its brain to use. Make it with {@link defineTool}, which infers the types. */
export interface Tool<S extends StandardSchemaV1 = StandardSchemaV1> {
  /** Letters, digits and `_`; models are trained on such names. */
  readonly name: string;
  /** For the model, and for the user who is asked: what it does, and when it is of use. */
  readonly description: string;
  /** What it takes: an object schema of valibot, zod, ArkType or whatever else speaks Standard Schema. */
  readonly parameters: S;
  /** The same as JSON Schema, for libraries whose schemas cannot say it themselves. Valibot's and zod's (from 4.2) can. */
  readonly parametersJson?: JsonSchema | undefined;
  /** Has an effect, or tells something private: the user is asked first. */
  readonly needsApproval?: boolean | undefined;
  /** It looks something up and changes nothing: it may run while the user is perhaps still speaking, so its answer is there sooner. */
  readonly isLookup?: boolean | undefined;
  /** How the user is asked. */
  readonly approval?: ToolApproval | undefined;
  /** {@link TOOL_MAX_MS} when absent. */
  readonly timeoutMs?: number | undefined;
  /**
   * What people say when they need it, for the local brain, which has no model that could choose: `weather in {place}`. The words in
   * the place of `{place}` become the parameter of that name, as text.
   */
  readonly examples?: readonly string[] | undefined;
  /** What is made of the arguments. The result is told to the model as JSON, a text as it is. */
  run(parameters: StandardSchemaV1.InferOutput<S>, context: ToolContext): unknown;
  /** How the local brain says a result that is no text. */
  say?(result: unknown): string;
}

/** Otherwise the user would hear silence and look nowhere. */
export const APPROVAL_SPOKEN = 'Please confirm on your screen.';

/** A user who waits for an answer hears nothing meanwhile. */
export const TOOL_MAX_MS = 10_000;

const NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,63}$/;

/**
 * Checks a tool and infers the types of its parameters.
 *
 * @throws {TypeError} when its name is none that models take
 */
export function defineTool<S extends StandardSchemaV1>(tool: Tool<S>): Tool<S> {
  if (!NAME.test(tool.name)) throw new TypeError(`a tool's name is letters, digits and _, not ${tool.name}`);
  return tool;
}

/** An error whose message is meant for the model: "There is no train on that day." Of any other error it learns only that there was one. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure';
}
