import { expect, test } from 'vitest';
import { saidLines } from './said-lines.ts';

test('what was spoken and written stands in one order, without what never became final or was never sent', () => {
  const lines = saidLines(
    [
      { key: 'a', speaker: 'user', text: 'How are you?', isFinal: true, at: 1 },
      { key: 'b', speaker: 'oracle', text: 'Well, and', isFinal: false, at: 4 },
      { key: 'c', speaker: 'oracle', text: ' ', isFinal: true, at: 5 },
    ],
    [
      { id: 1, from: 'oracle', text: 'A link', at: 3, status: 'sent' },
      { id: 2, from: 'user', text: 'Lost', at: 2, status: 'failed' },
    ],
  );
  expect(lines).toEqual([
    { speaker: 'user', how: 'spoken', text: 'How are you?', at: 1 },
    { speaker: 'oracle', how: 'written', text: 'A link', at: 3 },
  ]);
});
