import { describe, expect, it, test } from 'vitest';
import { asksSource, sayFinding } from './spoken-answer.ts';

describe('what is said of a passage', () => {
  const long = (name: string): string => `${name} ${Array.from({ length: 24 }, () => 'word').join(' ')}.`;
  const passage = { document: 'Guide', sentences: ['First', 'Second', 'Third'].map(long) };
  const said = (sentence: number): string[] => sayFinding({ passage, sentence, score: 1 }).match(/[A-Z]\w+/g) ?? [];

  it('is all of it when it is short', () => {
    const short = { document: 'Guide', sentences: ['No cats.', 'One dog.', 'Two birds.'] };
    expect(sayFinding({ passage: short, sentence: 1, score: 1 })).toBe('No cats. One dog. Two birds.');
  });

  it('is the closest sentence and the one after it when it is long, before it at the end', () => {
    expect([said(0), said(1), said(2)]).toEqual([
      ['First', 'Second'],
      ['Second', 'Third'],
      ['Second', 'Third'],
    ]);
  });

  it('is one sentence when there is only one', () => {
    const single = { document: 'Guide', sentences: [long('Only') + long('More')] };
    expect(sayFinding({ passage: single, sentence: 0, score: 1 })).toBe(single.sentences[0]);
  });
});

test.each([
  'Where does it say that?',
  'How do you know?',
  "What's your source?",
  'which document is that from',
  'Says who?',
])('%s asks for the source', (question) => expect(asksSource(question)).toBe(true));

test.each(['Where does the bus stop?', 'Who says good night?', 'What time is it?'])(
  '%s asks for something else',
  (question) => expect(asksSource(question)).toBe(false),
);
