import { silentLogger, systemClock } from '@oracle-calls/protocol';
import type { Clock, Logger } from '@oracle-calls/protocol';
import { untilAborted } from '../brain/until-aborted.ts';
import type { AnswerOptions, CallContext } from '../brain/brain.ts';
import { checkApprovalText, ShownArguments } from './shown-arguments.ts';
import { parametersJsonOf } from './parameters-json.ts';
import { APPROVAL_SPOKEN, TOOL_MAX_MS, ToolFailure } from './tool.ts';
import type { JsonSchema, Tool } from './tool.ts';

/** Characters of a result that a model gets: about a thousand tokens, more than can be said in a minute. */
export const RESULT_MAX_LENGTH = 4_000;
/** A person needs time to read, and has `QUESTION_WAIT_MS`; this is for whoever asks and never answers. With the tool's own time it stays within the minute after which a session gives up on an answer. */
export const APPROVAL_MAX_MS = 45_000;

/** Nobody speaks for so long between the words that were answered and the end of the turn. */
const SETTLE_MAX_MS = 15_000;

/** A tool as it is shown to models and services. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
  readonly needsApproval: boolean;
}

/** A model's wish to use a tool. The arguments are its text: nothing about them is known. */
export interface ToolCall {
  readonly name: string;
  readonly argumentsText: string;
}

export interface ToolOutcome {
  /** For the model: the result, or what went wrong. */
  readonly text: string;
  readonly isError: boolean;
  /** The user was asked and said no. */
  readonly wasDeclined?: boolean | undefined;
  /** The result itself, when there is one. */
  readonly result?: unknown;
}

export type ToolOptions = Pick<AnswerOptions, 'signal' | 'approve' | 'settled' | 'acted'>;

/** A tool that was to be run, and what came of it. */
export interface ToolUse extends ToolCall {
  readonly outcome: ToolOutcome;
}

export interface ToolBoxOptions {
  /** Told of each use, for whoever looks on: consoles, tests. It holds what was said. */
  readonly onUse?: ((use: ToolUse) => void) | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: Logger | undefined;
}

/** The tools of one oracle: shows them, and runs them within bounds. What goes wrong in one is told to the model and breaks no call. */
export class ToolBox {
  readonly descriptions: readonly ToolDescription[];
  readonly #tools: ReadonlyMap<string, Tool>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #onUse: ToolBoxOptions['onUse'];

  /** @throws {TypeError} when two tools share a name, or one cannot say what it takes or how the user is asked */
  constructor(tools: readonly Tool[], { clock = systemClock, log = silentLogger, onUse }: ToolBoxOptions = {}) {
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
    if (this.#tools.size < tools.length) throw new TypeError('two tools have the same name');
    this.#clock = clock;
    this.#log = log;
    this.#onUse = onUse;
    for (const tool of tools) checkApprovalText(tool);
    this.descriptions = tools.map((tool) => ({
      name: tool.name,
      description: tool.description,
      parameters: parametersJsonOf(tool),
      needsApproval: tool.needsApproval === true,
    }));
  }

  /** Runs one call. @throws `signal.reason` when the answer is not wanted any more, and nothing else */
  async run(call: ToolCall, context: CallContext, options: ToolOptions = {}): Promise<ToolOutcome> {
    const outcome = await this.#run(call, context, options);
    this.#onUse?.({ ...call, outcome });
    return outcome;
  }

  async #run(call: ToolCall, context: CallContext, options: ToolOptions): Promise<ToolOutcome> {
    const { signal } = options;
    signal?.throwIfAborted();
    try {
      const outcome = await this.#tryRun(call, context, options);
      signal?.throwIfAborted();
      return outcome;
    } catch (cause) {
      signal?.throwIfAborted();
      this.#log.warn('a tool failed', { tool: this.#tools.has(call.name) ? call.name : 'unknown' });
      return failed(cause instanceof ToolFailure ? cause.message : 'The tool failed.');
    }
  }

  async #tryRun(call: ToolCall, context: CallContext, options: ToolOptions): Promise<ToolOutcome> {
    const tool = this.#tools.get(call.name);
    if (tool === undefined) return failed('There is no such tool.');
    const checked = await tool.parameters['~standard'].validate(argumentsOf(call.argumentsText));
    if (checked.issues !== undefined) {
      return failed(`The arguments do not fit: ${checked.issues.map(describeIssue).join('; ')}`);
    }
    const { settled, signal } = options;
    const needsApproval = tool.needsApproval === true;
    // The user may still be speaking: nothing has an effect before it is known that this is what was asked.
    if (settled !== undefined && (tool.isLookup !== true || needsApproval)) {
      await this.#bounded(SETTLE_MAX_MS, 'The user has not finished speaking.', signal, () => settled);
    }
    let given: unknown = checked.value;
    if (needsApproval) {
      const shown = new ShownArguments(tool, given);
      if (!(await this.#isApproved(tool, shown.text, options))) {
        const text = 'The user did not allow it. Do not try again unless the user asks for it.';
        return { ...failed(text), wasDeclined: true };
      }
      given = shown.value;
    }
    signal?.throwIfAborted();
    if (tool.isLookup !== true) options.acted?.();
    const result = await this.#bounded(tool.timeoutMs ?? TOOL_MAX_MS, 'The tool took too long.', signal, (bound) =>
      Promise.resolve(tool.run(given, { call: context, signal: bound })),
    );
    return { text: capped(textOf(result)), isError: false, result };
  }

  async #isApproved(tool: Tool, argumentsText: string, { approve, signal }: ToolOptions): Promise<boolean> {
    if (approve === undefined)
      throw new ToolFailure('The user cannot be asked here, and this needs the user’s consent.');
    const { name, description, approval: { text = description, spoken = APPROVAL_SPOKEN } = {} } = tool;
    const request = { tool: name, description: text, argumentsText, spoken };
    return this.#bounded(APPROVAL_MAX_MS, 'The user did not answer.', signal, (bound) => approve(request, bound));
  }

  /** Waits no longer than the bound, even for work that does not listen to its signal. */
  async #bounded<T>(
    maxMs: number,
    problem: string,
    signal: AbortSignal | undefined,
    work: (bound: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const limit = new AbortController();
    using _timer = this.#clock.after(maxMs, () => limit.abort(new ToolFailure(problem)));
    const bound = signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]);
    // What was waited for may have come in the same moment as the word that it is not wanted any more.
    bound.throwIfAborted();
    // Awaited here, or the timer would be gone at once.
    return await untilAborted(work(bound), bound);
  }
}

const failed = (text: string): ToolOutcome => ({ text, isError: true });

/** Models send nothing for a tool that takes nothing. */
function argumentsOf(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new ToolFailure('The arguments are no JSON.');
  }
}

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

function describeIssue({ message, path = [] }: Issue): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  return keys.length === 0 ? message : `${keys.join('.')}: ${message}`;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'done'));

const capped = (text: string): string =>
  text.length <= RESULT_MAX_LENGTH ? text : `${text.slice(0, RESULT_MAX_LENGTH)}… (cut)`;
