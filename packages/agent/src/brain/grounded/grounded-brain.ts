import type { Embedder } from '../../documents/embedder/embedder.ts';
import type { Finding, Library } from '../../documents/library.ts';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import type { Tool } from '../../tools/tool.ts';
import type { ToolBox } from '../../tools/tool-box.ts';
import type { AnswerOptions, Brain, CallContext, Turn } from '../brain.ts';

import { createBrain, questionOf } from '../create-brain.ts';
import { ExampleMatcher } from './example-match.ts';
import type { ExampleMatch } from './example-match.ts';
import { SmallTalk } from './small-talk.ts';
import { asksSource, sayFinding, saySource, sayUnknown } from './spoken-answer.ts';

/**
 * From this cosine on a sentence counts as the answer. Chosen on the tuning half of `benchmarks/retrieval`, whose other half says what
 * it is worth: lower, and the oracle answers what it was not asked; higher, and it knows less than it could.
 */
export const ANSWER_MIN_SCORE = 0.45;

/** "And on Sundays?" means nothing without what was asked before. */
const ELLIPTIC = /^(?:and|or|but|what about|how about|also)\b/i;
const ELLIPTIC_MAX_WORDS = 3;

export interface GroundedBrainOptions {
  /** Without one, what no tool is for is left to the talker. */
  readonly library: Library | undefined;
  readonly embedder: Embedder;
  readonly tools: readonly Tool[];
  readonly toolBox: ToolBox;
  /** Answers courtesies, which need no knowledge. Closed with this brain; the embedder is not. */
  readonly talker: Brain;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The local brain with documents: it says their sentences as they stand, runs tools by their examples, names its source when asked, and
 * says when it does not know. The little language model is left with courtesies, so nothing of fact is made up.
 */
export async function openGroundedBrain(options: GroundedBrainOptions): Promise<Brain> {
  const { library, embedder, tools, toolBox, talker, signal: openSignal } = options;
  const [matcher, smallTalk] = await Promise.all([
    ExampleMatcher.open(tools, embedder, openSignal),
    SmallTalk.open(embedder, openSignal),
  ]);

  const find = async (turns: readonly Turn[], signal: AbortSignal | undefined): Promise<Finding | undefined> => {
    const best = (await library?.search(askedIn(turns), { signal }))?.[0];
    return best !== undefined && best.score >= ANSWER_MIN_SCORE ? best : undefined;
  };

  const use = async (match: ExampleMatch, context: CallContext, how: AnswerOptions): Promise<string> => {
    const call = { name: match.tool.name, argumentsText: JSON.stringify(match.parameters) };
    const { text, isError, result } = await toolBox.run(call, context, how);
    if (isError) return `That did not work. ${text}`;
    return typeof result === 'string' || match.tool.say === undefined ? text : match.tool.say(result);
  };

  async function* answer(
    turns: readonly Turn[],
    context: CallContext,
    how: AnswerOptions = {},
  ): AsyncGenerator<string> {
    const { signal, alreadySaid = '' } = how;
    signal?.throwIfAborted();
    const question = questionOf(turns);
    if (library !== undefined && asksSource(question)) {
      return yield saySource(library, turns).slice(alreadySaid.length);
    }
    const match = await matcher.find(question, signal);
    if (match !== undefined) return yield await use(match, context, how);
    const finding = await find(turns, signal);
    if (finding !== undefined) return yield sayFinding(finding).slice(alreadySaid.length);
    if (library === undefined || question.trim() === '' || (await smallTalk.includes(question, signal))) {
      return yield* talker.answer(turns.slice(-1), context, how);
    }
    yield sayUnknown(library).slice(alreadySaid.length);
  }

  return createBrain({
    title: library === undefined ? `tools, and ${talker.title}` : `${library.documents.length} documents, quoted`,
    place: ON_THIS_MACHINE,
    answer,
    close: () => talker.close(),
  });
}

/** What was asked, with the question before it where it stands on that one's shoulders. */
function askedIn(turns: readonly Turn[]): string {
  const [question = '', before] = turns
    .flatMap(({ speaker, text }) => (speaker === 'user' && !asksSource(text) ? [text] : []))
    .toReversed();
  const isElliptic = ELLIPTIC.test(question) || question.split(/\s+/).length <= ELLIPTIC_MAX_WORDS;
  return isElliptic && before !== undefined ? `${before} ${question}` : question;
}
