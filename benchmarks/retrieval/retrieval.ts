import { fileURLToPath } from 'node:url';
import { defineOracle, openOracle } from '@oracle-calls/agent/oracle';
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
  /** Questions of any kind that were taken for courtesies, and got one in return. */
  readonly takenForCourtesy: number;
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
/** What courtesies are answered with (`small-talk.ts`): no statement of fact. */
const COURTESY = /^(?:Hello|I am well|You are welcome|What else|All right|Goodbye|Yes, I hear|I am the concierge)\b/;

/** Asks the local brain every question of the labelled set. */
export async function measureRetrieval(weightsDir: string): Promise<RetrievalResult> {
  const definition = defineOracle({ instructions: 'You are the concierge.', documents: DOCUMENTS });
  await using brain = await openOracle(definition, { weightsDir });
  const faults: string[] = [];
  const tuning = await measureSet(brain, TUNING_SET, () => undefined);
  const held = await measureSet(brain, HELD_SET, (line) => faults.push(line));
  return { tuning, held, faults };
}

async function measureSet(brain: Brain, set: QuestionSet, tell: (line: string) => void): Promise<RetrievalFigures> {
  const times: number[] = [];
  const counts = { right: 0, wrong: 0, silent: 0, nearAnswered: 0, farAnswered: 0, takenForCourtesy: 0 };
  const ask = async (text: string): Promise<string> => {
    const startedAt = performance.now();
    let said = '';
    for await (const piece of brain.answer([{ speaker: 'user', text }], { sessionId: 's' })) said += piece;
    times.push(performance.now() - startedAt);
    if (COURTESY.test(said)) {
      counts.takenForCourtesy += 1;
      tell(`taken for a courtesy: ${text}`);
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

const isAnswer = (said: string): boolean => !UNKNOWN.test(said) && !COURTESY.test(said);
