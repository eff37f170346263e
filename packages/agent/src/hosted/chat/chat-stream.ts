import { OracleCallError } from '@oracle-calls/protocol';
import * as v from 'valibot';
import type { ToolDescription } from '../../tools/tool-box.ts';
import { eventsOf, parseJson } from '../http/read-answer.ts';
import { post } from '../http/upstream.ts';
import type { UpstreamOptions } from '../http/upstream.ts';
import type { ChatMessage } from './chat-messages.ts';
import { ThoughtFilter } from './without-thoughts.ts';

/** An endpoint that speaks OpenAI's chat completions: Ollama, vLLM, llama.cpp's server, LiteLLM, hosted ones. */
export interface ChatEndpoint extends UpstreamOptions {
  readonly model: string;
  readonly temperature?: number | undefined;
  /** Spoken, a hundred tokens are half a minute. Sent as `max_tokens`, which some hosted models refuse: leave it out for those. */
  readonly maxTokens?: number | undefined;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolDescription[];
  readonly signal?: AbortSignal | undefined;
}

export interface WantedTool {
  readonly id: string;
  readonly name: string;
  readonly argumentsText: string;
}

/** What comes: text in pieces, and at the end the tools that are wanted. */
export type ChatPiece =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'tools'; readonly calls: readonly WantedTool[] };

const toolCallSchema = v.object({
  // Some servers number calls only when there are several.
  index: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(63)), 0),
  id: v.nullish(v.string()),
  function: v.optional(v.object({ name: v.nullish(v.string()), arguments: v.nullish(v.string()) })),
});

/** Loose: servers add fields of their own. */
const chunkSchema = v.object({
  error: v.optional(v.unknown()),
  choices: v.optional(
    v.array(
      v.object({
        delta: v.optional(v.object({ content: v.nullish(v.string()), tool_calls: v.nullish(v.array(toolCallSchema)) })),
        finish_reason: v.nullish(v.string()),
      }),
    ),
    [],
  ),
});

/** The end of a stream, in the place of JSON. */
const DONE = '[DONE]';

/**
 * Asks once and reads the answer as it is written.
 *
 * @throws {OracleCallError} as `post`; `ERR_UPSTREAM_MODEL` when the answer breaks off or reports an error, `ERR_UPSTREAM_MALFORMED`
 */
export async function* streamChat(endpoint: ChatEndpoint, request: ChatRequest): AsyncGenerator<ChatPiece> {
  const { model, temperature, maxTokens } = endpoint;
  const { messages, tools, signal } = request;
  const body = JSON.stringify({
    model,
    messages,
    stream: true,
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    ...(tools.length === 0 ? {} : { tools: tools.map(functionOf) }),
  });
  const answer = await post(endpoint, {
    path: '/chat/completions',
    body,
    headers: { accept: 'text/event-stream' },
    signal,
  });
  const wanted = new WantedTools();
  const thoughts = new ThoughtFilter();
  let isOver = false;
  for await (const { data } of eventsOf(answer)) {
    if (data === DONE) {
      isOver = true;
      break;
    }
    const { error, choices } = parseJson(data, chunkSchema);
    if (error !== undefined && error !== null) {
      // Its text may quote the conversation.
      throw new OracleCallError('ERR_UPSTREAM_MODEL', 'The language model reported an error in its answer.');
    }
    for (const { delta, finish_reason: finish } of choices) {
      const text = thoughts.push(delta?.content ?? '');
      if (text !== '') yield { kind: 'text', text };
      for (const call of delta?.tool_calls ?? []) wanted.add(call);
      isOver ||= typeof finish === 'string';
    }
  }
  if (!isOver) throw new OracleCallError('ERR_UPSTREAM_MODEL', 'The answer broke off.');
  const rest = thoughts.end();
  if (rest !== '') yield { kind: 'text', text: rest };
  const calls = wanted.finished();
  if (calls.length > 0) yield { kind: 'tools', calls };
}

const functionOf = ({ name, description, parameters }: ToolDescription): object => ({
  type: 'function',
  function: { name, description, parameters },
});

/** Calls of tools come in pieces, told apart by their number. */
class WantedTools {
  readonly #calls = new Map<number, { id: string; name: string; argumentsText: string }>();

  add({ index, id, function: part }: v.InferOutput<typeof toolCallSchema>): void {
    const call = this.#calls.get(index) ?? { id: '', name: '', argumentsText: '' };
    this.#calls.set(index, call);
    if (call.id === '') call.id = id ?? '';
    call.name += part?.name ?? '';
    call.argumentsText += part?.arguments ?? '';
  }

  /** @throws {OracleCallError} `ERR_UPSTREAM_MALFORMED` when one has no name */
  finished(): WantedTool[] {
    return Array.from(this.#calls, ([index, call]) => {
      if (call.name === '') throw new OracleCallError('ERR_UPSTREAM_MALFORMED', 'A tool without a name is wanted.');
      return { ...call, id: call.id === '' ? `call_${index}` : call.id };
    });
  }
}
