import { expect, test } from 'vitest';
import { blindAnswer } from './blind-answer.ts';

const asked = (text: string): string | undefined => blindAnswer([{ speaker: 'user', text }]);

test.each([
  'Can you see me?',
  'What do you see?',
  'What am I holding?',
  'Look at this.',
  'Do you see what is on my screen?',
])('%s is answered by who has no eyes', (text) => expect(asked(text)).toContain('cannot see'));

test.each(['Who wrote Hamlet?', 'What is there to see in Paris?', 'I see.', 'Can you see to it that I get a taxi?'])(
  '%s is no question about eyes',
  (text) => expect(asked(text)).toBeUndefined(),
);
