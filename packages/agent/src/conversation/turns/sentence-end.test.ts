import { describe, expect, it } from 'vitest';
import { sentenceEnd, silenceNeededMs } from './sentence-end.ts';

describe('the end of what is said', () => {
  it.each([
    ['open', 'I would like to order a.'],
    ['open', 'Please send it to'],
    ['open', 'Yes, but I'],
    ['open', 'What is the weather in'],
    ['open', 'Could you tell me how to?'],
    ['open', 'I thought…'],
    ['comma', 'Which bus goes to the house,'],
    ['open', 'We could,'],
    ['comma', 'We like it,'],
    ['question', 'Who is it from?'],
    ['question', 'What are you waiting for?'],
    ['closed', 'Order a taxi.'],
    ['closed', 'Yes'],
    ['closed', 'Thank you'],
  ] as const)('is %s in %j', (end, text) => {
    expect(sentenceEnd(text)).toBe(end);
  });
});

describe('the silence that ends a turn', () => {
  const rules = { endOfTurnMinMs: 100, endOfTurnMaxMs: 1_500 };
  it.each([
    [true, 'closed', 100],
    [true, 'question', 100],
    [true, 'comma', 800],
    [true, 'open', 1_500],
    [false, 'question', 800],
    [false, 'closed', 1_500],
    [false, 'comma', 1_500],
    [false, 'open', 1_500],
  ] as const)('when it sounds finished (%s) and the words end %s, is %i ms', (soundsFinished, end, ms) => {
    expect(silenceNeededMs({ soundsFinished, end }, rules)).toBe(ms);
  });
});
