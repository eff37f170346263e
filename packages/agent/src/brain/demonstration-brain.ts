import { join } from 'node:path';
import { getLlama, LlamaChatSession, LlamaLogLevel } from 'node-llama-cpp';
import type { ChatHistoryItem, LlamaContextSequence } from 'node-llama-cpp';
import { OracleCallError } from '@oracle-calls/protocol';
import { WEIGHT_FILES } from '../speech/weights-layout.ts';
import type { Brain, Turn } from './brain.ts';
import { TextChannel } from './text-channel.ts';

/** SmolLM2-135M minds every word of its system prompt; this wording gave the fewest rambles. */
const SYSTEM_PROMPT = 'You are a helpful AI assistant named Oracle. Answer in one short sentence.';

/** One thread: two collapse to a few tokens a second as soon as the cores are shared with media and speech. */
const THREADS = 1;
/** Enough for the last turns of a call, small enough to answer at once. */
const CONTEXT_TOKENS = 2048;
/** Two spoken sentences: a rambling answer is cut here. */
const MAX_ANSWER_TOKENS = 80;
/** Turns that are remembered; older ones crowd the little context. */
const MAX_TURNS = 8;
const TEMPERATURE = 0.2;
const TOP_P = 0.9;

/**
 * A **demonstration** brain: SmolLM2-135M (Apache-2.0) on the CPU. It answers fluently, at once and without any
 * network, and it is often wrong. It shows that the call works; put a better one behind {@link Brain}.
 *
 * @throws {OracleCallError} `ERR_INTERNAL` when the model cannot be loaded
 */
export async function openDemonstrationBrain({ weightsDir }: { readonly weightsDir: string }): Promise<Brain> {
  const opened = await open(join(weightsDir, WEIGHT_FILES.brainModel)).catch((cause: unknown) => {
    throw new OracleCallError('ERR_INTERNAL', 'The demonstration brain cannot be loaded.', { cause });
  });
  const { sequence, dispose } = opened;
  // One sequence, so one answer at a time.
  let last: Promise<void> = Promise.resolve();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= last.then(dispose));

  return {
    title: 'SmolLM2-135M (demonstration)',
    answer(turns, _context, { signal } = {}) {
      const channel = new TextChannel();
      if (closing !== undefined) {
        channel.end({ cause: new OracleCallError('ERR_INTERNAL', 'The brain is closed.') });
        return channel;
      }
      last = last.then(async () => {
        try {
          signal?.throwIfAborted();
          await generate(sequence, turns, channel, signal);
          signal?.throwIfAborted();
          channel.end();
        } catch (cause) {
          channel.end({ cause: signal?.aborted === true ? signal.reason : cause });
        }
      });
      return channel;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function open(modelPath: string): Promise<{ sequence: LlamaContextSequence; dispose: () => Promise<void> }> {
  // Never builds anything: the compiled library comes with the package.
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error });
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ contextSize: CONTEXT_TOKENS, threads: THREADS });
  return { sequence: context.getSequence(), dispose: () => llama.dispose() };
}

async function generate(
  sequence: LlamaContextSequence,
  turns: readonly Turn[],
  channel: TextChannel,
  signal: AbortSignal | undefined,
): Promise<void> {
  const asked = turns.findLastIndex((turn) => turn.speaker === 'user');
  const question = turns[asked]?.text ?? 'Hello.';
  const before = turns.slice(Math.max(0, asked - MAX_TURNS), Math.max(0, asked));
  const session = new LlamaChatSession({
    contextSequence: sequence,
    systemPrompt: SYSTEM_PROMPT,
    autoDisposeSequence: false,
  });
  try {
    session.setChatHistory([{ type: 'system', text: SYSTEM_PROMPT }, ...before.map(toHistoryItem)]);
    await session.prompt(question, {
      temperature: TEMPERATURE,
      topP: TOP_P,
      maxTokens: MAX_ANSWER_TOKENS,
      stopOnAbortSignal: true,
      onTextChunk: (chunk) => channel.push(chunk),
      ...(signal === undefined ? {} : { signal }),
    });
  } finally {
    session.dispose({ disposeSequence: false });
  }
}

function toHistoryItem({ speaker, text }: Turn): ChatHistoryItem {
  return speaker === 'user' ? { type: 'user', text } : { type: 'model', response: [text] };
}
