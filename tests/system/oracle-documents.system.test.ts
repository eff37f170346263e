import { expect, test } from 'vitest';
import { loadOracle, openOracle } from '@oracle-calls/agent/oracle';
import { converseWith } from '@oracle-calls/testing/conversation';
import { measureRetrieval } from '../../benchmarks/retrieval/retrieval.ts';
import { ensureWeights } from '../../dev/models/weights.ts';
import { GUIDE_FILE } from '../../dev/stack/project.ts';
import { toolCacheDir } from '../../dev/toolchain/tool-cache.ts';

/*
 * The local brain with the real sentence model, on questions that no threshold was chosen on. The bounds are a little below what
 * decision 0036 tells, for a model or a threshold that was changed without being measured to be noticed.
 */
test('an oracle answers from its documents what they tell, and says when it does not know', async () => {
  const { held, faults } = await measureRetrieval(await ensureWeights(toolCacheDir(), () => undefined));
  expect(held.right, faults.join('\n')).toBeGreaterThanOrEqual(21);
  expect(held.wrong).toBeLessThanOrEqual(2);
  expect(held.nearAnswered).toBeLessThanOrEqual(4);
  expect(held.farAnswered).toBe(0);
  // Nobody waits for it: speech takes a hundred times as long.
  expect(held.answerMs.p50).toBeLessThan(200);
});

test('the oracle of a stack answers from its documents and tools, and makes nothing up', async () => {
  const weightsDir = await ensureWeights(toolCacheDir(), () => undefined);
  await using brain = await openOracle(await loadOracle({ definitionFile: GUIDE_FILE }), { weightsDir });
  const ask = (text: string): Promise<string> => converseWith(brain).say(text);
  expect(await ask('What is the capital city of France?')).toBe('Paris is the capital city of France.');
  expect(await ask('What is seven times eight?')).toBe('7 times 8 is 56.');
  expect(await ask('How is a call encrypted?')).toContain('from end to end');
  expect(await ask('Who hears what I say?')).toContain('Only the oracle hears');
  expect(await ask('Who are you?')).toContain('I am the guide');
  expect(await ask('Hello!')).toContain('You can ask me about');
  for (const beyond of ['Who wrote Hamlet?', 'How do I bake bread?', 'What is the population of Germany?']) {
    expect(await ask(beyond)).toMatch(/^I do not know that\. /);
  }
});
