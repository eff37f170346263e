import { fileURLToPath } from 'node:url';
import { createBrain, defineOracle, ON_THIS_MACHINE, openOracle } from '@oracle-calls/agent/oracle';
import type { Brain } from '@oracle-calls/agent/oracle';
import { percentile } from '../percentile.ts';
import { HELD_SET, TUNING_SET } from './questions.ts';
import type { QuestionSet } from './questions.ts';

/** What an oracle with documents makes of one half of the labelled set. */
export interface RetrievalFigures {
  readonly answerable: number;
  /** What was said holds the answer. */
  readonly right: number;
  /** Something else was said as if it were the answer. */
  readonly wrong: number;
  /** It said that it does not know, and does. */
  readonly silent: number;
  /** Unanswerable questions from the same field, and those of them to which something was said all the same. */
  readonly near: number;
  readonly nearAnswered: number;
  readonly far: number;
  readonly farAnswered: number;
  /** Questions of any kind that were taken for courtesies: the little language model would have answered them. */
  readonly toLanguageModel: number;
  /** From question to answer. */
  readonly answerMs: { readonly p50: number; readonly p95: number };
}

export interface RetrievalResult {
  readonly tuning: RetrievalFigures;
  readonly held: RetrievalFigures;
  /** What did not go as it should, for people. */
  readonly faults: readonly string[];
}

const DOCUMENTS = fileURLToPath(new URL('./documents', import.meta.url));
const UNKNOWN = /^I do not know that\./;
/** In the place of the language model, which has no part in this: whatever goes there was not taken for a question of fact. */
const TO_TALKER = '(to the language model)';

/** Asks the local brain every question of the labelled set. */
export async function measureRetrieval(weightsDir: string): Promise<RetrievalResult> {
  const definition = defineOracle({ instructions: 'You are the concierge.', documents: DOCUMENTS });
  await using brain = await openOracle(definition, { weightsDir, openTalker: () => Promise.resolve(talker()) });
  const faults: string[] = [];
  const tuning = await measureSet(brain, TUNING_SET, () => undefined);
  const held = await measureSet(brain, HELD_SET, (line) => faults.push(line));
  return { tuning, held, faults };
}

function talker(): Brain {
  return createBrain({
    title: 'nobody',
    place: ON_THIS_MACHINE,
    async *answer() {
      await Promise.resolve();
      yield TO_TALKER;
    },
  });
}

async function measureSet(brain: Brain, set: QuestionSet, tell: (line: string) => void): Promise<RetrievalFigures> {
  const times: number[] = [];
  const counts = { right: 0, wrong: 0, silent: 0, nearAnswered: 0, farAnswered: 0, toLanguageModel: 0 };
  const ask = async (text: string): Promise<string> => {
    const startedAt = performance.now();
    let said = '';
    for await (const piece of brain.answer([{ speaker: 'user', text }], { sessionId: 's' })) said += piece;
    times.push(performance.now() - startedAt);
    if (said === TO_TALKER) {
      counts.toLanguageModel += 1;
      tell(`left to the language model: ${text}`);
    }
    return said;
  };
  for (const { question, says } of set.answerable) {
    const said = await ask(question);
    const outcome = said.includes(says) ? 'right' : isAnswer(said) ? 'wrong' : 'silent';
    counts[outcome] += 1;
    if (outcome !== 'right') tell(`${outcome}: ${question} → ${said}`);
  }
  for (const kind of ['near', 'far'] as const) {
    for (const question of set[kind]) {
      const said = await ask(question);
      if (!isAnswer(said)) continue;
      counts[`${kind}Answered`] += 1;
      tell(`answered though unanswerable: ${question} → ${said}`);
    }
  }
  return {
    answerable: set.answerable.length,
    near: set.near.length,
    far: set.far.length,
    ...counts,
    answerMs: { p50: percentile(times, 0.5), p95: percentile(times, 0.95) },
  };
}

const isAnswer = (said: string): boolean => !UNKNOWN.test(said) && said !== TO_TALKER;
