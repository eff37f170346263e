import { expect, test } from 'vitest';
import { comparisonCodeAnswer } from './comparison-code-answer.ts';

const context = { sessionId: 's', comparisonCode: '1234567890' };
const asked = (text: string, of = context): string | undefined => comparisonCodeAnswer([{ speaker: 'user', text }], of);

test.each(['What is the comparison code?', 'Tell me our security number.', 'safety code please'])(
  'is given to who asks %j',
  (question) => {
    expect(asked(question)).toBe(
      'The comparison code is one, two, three, four, five. six, seven, eight, nine, zero. Do not rely on my voice alone, it can be imitated.',
    );
  },
);

test('is given to nobody who does not ask, or asked before', () => {
  expect(asked('What is the capital of France?')).toBeUndefined();
  const turns = [
    { speaker: 'user', text: 'What is the comparison code?' },
    { speaker: 'oracle', text: 'It is …' },
    { speaker: 'user', text: 'Thank you.' },
  ] as const;
  expect(comparisonCodeAnswer(turns, context)).toBeUndefined();
});

test('is not made up when there is none', () => {
  expect(comparisonCodeAnswer([{ speaker: 'user', text: 'What is the comparison code?' }], { sessionId: 's' })).toBe(
    'This call has no comparison code.',
  );
});
