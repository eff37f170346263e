import { join } from 'node:path';
import { getLlama, LlamaChatSession, LlamaLogLevel } from 'node-llama-cpp';
import type { ChatHistoryItem, LlamaContextSequence } from 'node-llama-cpp';
import { OracleCallError } from '@oracle-calls/protocol';
import { WEIGHT_FILES } from '../speech/weights-layout.ts';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import type { Brain, Turn } from './brain.ts';

import { SequencePlaces } from './sequence-places.ts';
import { TextChannel } from './text-channel.ts';

/** SmolLM2-135M minds every word of its system prompt; this wording gave the fewest rambles. */
const SYSTEM_PROMPT = 'You are a helpful AI assistant named Oracle. Answer in one short sentence.';

/** One thread: two collapse to a few tokens a second as soon as the cores are shared with media and speech. */
const THREADS = 1;
/** Per call: enough for the turns that are remembered and the answer. 24 MB each. */
const CONTEXT_TOKENS = 1024;
/** Calls whose history stays in the model's memory at a time; with more, some answers start with reading it again. */
const MAX_SEQUENCES = 8;
/** Two spoken sentences: a rambling answer is cut here. */
const MAX_ANSWER_TOKENS = 80;
/** Turns that are remembered; older ones crowd the little context. */
const MAX_TURNS = 8;
const TEMPERATURE = 0.2;
const TOP_P = 0.9;

export interface DemonstrationBrainOptions {
  readonly weightsDir: string;
  /** Answers that are written at a time, each on the same model; 1 when absent. */
  readonly maxCalls?: number | undefined;
}

interface AnswerRequest {
  readonly turns: readonly Turn[];
  readonly sessionId: string;
  readonly alreadySaid: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * A **demonstration** brain: SmolLM2-135M (Apache-2.0) on the CPU. It answers fluently, at once and without any
 * network, and it is often wrong. It shows that the call works; put a better one behind {@link Brain}.
 *
 * @throws {OracleCallError} `ERR_INTERNAL` when the model cannot be loaded
 */
export async function openDemonstrationBrain({ weightsDir, maxCalls = 1 }: DemonstrationBrainOptions): Promise<Brain> {
  const { sequences, dispose } = await open(
    join(weightsDir, WEIGHT_FILES.brainModel),
    Math.min(maxCalls, MAX_SEQUENCES),
  ).catch((cause: unknown) => {
    throw new OracleCallError('ERR_INTERNAL', 'The demonstration brain cannot be loaded.', { cause });
  });
  const places = new SequencePlaces(sequences);
  const underWay = new Set<Promise<void>>();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= Promise.all(underWay).then(dispose));

  const write = async (channel: TextChannel, request: AnswerRequest): Promise<void> => {
    const { signal } = request;
    try {
      await places.use(request.sessionId, (sequence) => generate(sequence, request, channel), signal);
      signal?.throwIfAborted();
      channel.end();
    } catch (cause) {
      channel.end({ cause: signal?.aborted === true ? signal.reason : cause });
    }
  };

  return {
    title: 'SmolLM2-135M (demonstration)',
    place: ON_THIS_MACHINE,
    answer(turns, context, { signal, alreadySaid = '' } = {}) {
      const channel = new TextChannel();
      if (closing !== undefined) {
        channel.end({ cause: new OracleCallError('ERR_INTERNAL', 'The brain is closed.') });
        return channel;
      }

      const { sessionId } = context;
      const writing = write(channel, { turns, sessionId, signal, alreadySaid });
      underWay.add(writing);
      void writing.then(() => underWay.delete(writing));
      return channel;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function open(
  modelPath: string,
  count: number,
): Promise<{ sequences: LlamaContextSequence[]; dispose: () => Promise<void> }> {
  // Never builds anything: the compiled library comes with the package.
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error });
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ contextSize: CONTEXT_TOKENS, threads: THREADS, sequences: count });
  const sequences = Array.from({ length: count }, () => context.getSequence());
  return { sequences, dispose: () => llama.dispose() };
}

async function generate(
  sequence: LlamaContextSequence,
  { turns, alreadySaid, signal }: AnswerRequest,
  channel: TextChannel,
): Promise<void> {
  const asked = turns.findLastIndex((turn) => turn.speaker === 'user');
  const question = turns[asked]?.text ?? 'Hello.';
  const before = turns.slice(Math.max(0, asked - MAX_TURNS), Math.max(0, asked));
  const session = new LlamaChatSession({
    contextSequence: sequence,
    systemPrompt: SYSTEM_PROMPT,
    autoDisposeSequence: false,
  });
  // The library counts the given beginning as written and repeats it first.
  let unsaid = alreadySaid.length;
  try {
    session.setChatHistory([{ type: 'system', text: SYSTEM_PROMPT }, ...before.map(toHistoryItem)]);
    await session.prompt(question, {
      temperature: TEMPERATURE,
      topP: TOP_P,
      maxTokens: MAX_ANSWER_TOKENS,
      stopOnAbortSignal: true,
      onTextChunk: (chunk) => {
        const fresh = chunk.slice(unsaid);
        unsaid = Math.max(0, unsaid - chunk.length);
        if (fresh !== '') channel.push(fresh);
      },
      ...(alreadySaid === '' ? {} : { responsePrefix: alreadySaid }),
      ...(signal === undefined ? {} : { signal }),
    });
  } finally {
    session.dispose({ disposeSequence: false });
  }
}

function toHistoryItem({ speaker, text }: Turn): ChatHistoryItem {
  return speaker === 'user' ? { type: 'user', text } : { type: 'model', response: [text] };
}
