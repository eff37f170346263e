import type { Embedder } from '../../documents/embedder/embedder.ts';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import type { Tool } from '../../tools/tool.ts';
import type { ToolBox } from '../../tools/tool-box.ts';
import type { AnswerOptions, Brain, CallContext, Turn } from '../brain.ts';
import { createBrain, questionOf } from '../create-brain.ts';
import { ExampleMatcher } from './example-match.ts';
import type { ExampleMatch } from './example-match.ts';
import { SmallTalk } from './small-talk.ts';
import type { TalkingOracle } from './small-talk.ts';
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
  readonly embedder: Embedder;
  readonly tools: readonly Tool[];
  readonly toolBox: ToolBox;
  /** What it answers from; or who answers what no tool is for, closed with this brain. The embedder is not. */
  readonly source: TalkingOracle | { readonly talker: Brain };
  readonly signal?: AbortSignal | undefined;
}

/**
 * The local brain with documents: it says their sentences as they stand, runs tools by their examples, names its source when asked, and
 * says when it does not know. The little language model has no part in that, so nothing is made up; it answers where there are tools and no documents.
 */
export async function openGroundedBrain(options: GroundedBrainOptions): Promise<Brain> {
  const { source, embedder, tools, toolBox, signal: openSignal } = options;
  const [matcher, smallTalk] = await Promise.all([
    ExampleMatcher.open(tools, embedder, openSignal),
    SmallTalk.open(embedder, openSignal),
  ]);

  const use = async (match: ExampleMatch, context: CallContext, how: AnswerOptions): Promise<string> => {
    const call = { name: match.tool.name, argumentsText: JSON.stringify(match.parameters) };
    const { text, isError, wasDeclined, result } = await toolBox.run(call, context, how);
    if (wasDeclined === true) return 'All right, I leave it.';
    if (isError) return `That did not work. ${text}`;
    return typeof result === 'string' || match.tool.say === undefined ? text : match.tool.say(result);
  };

  /** What the documents, or the courtesies, have to say to it. */
  const lookUp = async (oracle: TalkingOracle, turns: readonly Turn[], signal?: AbortSignal): Promise<string> => {
    const courtesy = await smallTalk.find(questionOf(turns), signal);
    if (courtesy?.isSure === true) return courtesy.reply(oracle);
    const [best] = await oracle.library.search(askedIn(turns), { signal });
    if (best !== undefined && best.score >= ANSWER_MIN_SCORE) return sayFinding(best);
    return courtesy?.reply(oracle) ?? sayUnknown(oracle.library);
  };

  async function* answer(
    turns: readonly Turn[],
    context: CallContext,
    how: AnswerOptions = {},
  ): AsyncGenerator<string> {
    const { signal, alreadySaid = '' } = how;
    signal?.throwIfAborted();
    const question = questionOf(turns);
    if ('library' in source && asksSource(question)) {
      return yield saySource(source.library, turns).slice(alreadySaid.length);
    }
    const match = await matcher.find(question, signal);
    if (match !== undefined) return yield await use(match, context, how);
    if ('talker' in source) return yield* source.talker.answer(turns.slice(-1), context, how);
    yield (await lookUp(source, turns, signal)).slice(alreadySaid.length);
  }

  return createBrain({
    title:
      'library' in source
        ? `${source.library.documents.length} documents, quoted`
        : `tools, and ${source.talker.title}`,
    place: ON_THIS_MACHINE,
    answer,
    close: () => ('talker' in source ? source.talker.close() : Promise.resolve()),
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
