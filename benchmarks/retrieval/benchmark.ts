import { styleText } from 'node:util';
import { ensureWeights } from '../../dev/models/weights.ts';
import { toolCacheDir } from '../../dev/toolchain/tool-cache.ts';
import type { Benchmark } from '../benchmark.ts';
import { measureRetrieval } from './retrieval.ts';
import type { RetrievalFigures } from './retrieval.ts';

/** What the local brain makes of questions about documents, those that they do not answer included. */
export const retrievalBenchmark: Benchmark = async ({ say }) => {
  const weightsDir = await ensureWeights(toolCacheDir(), say);
  const { tuning, held, faults } = await measureRetrieval(weightsDir);
  for (const fault of faults) say(`  ${fault}`);
  return {
    json: { retrieval: { tuning, held } },
    lines: [
      styleText('bold', 'Answers of the local brain from documents'),
      `  held-out questions:  ${lineOf(held)}`,
      `  tuning questions:    ${lineOf(tuning)}`,
      `  answer after         p50 ${Math.round(held.answerMs.p50)} ms, p95 ${Math.round(held.answerMs.p95)} ms`,
    ],
  };
};

function lineOf({ answerable, right, wrong, near, nearAnswered, far, farAnswered }: RetrievalFigures): string {
  const falsely = `${nearAnswered}/${near} near, ${farAnswered}/${far} far`;
  return `${right}/${answerable} right, ${wrong} wrong; falsely answered ${falsely}`;
}
