import { scriptedModel, talkTo } from '@oracle-calls/testing/conversation';
import { expect, test } from 'vitest';
import { smallHouse } from './house.ts';
import { conciergeOf } from './oracle.ts';

test('the concierge says what stands in the documents, and that it does not know the rest', async () => {
  await using talk = await talkTo(conciergeOf(smallHouse()));
  expect(await talk.say('When is breakfast?')).toBe(
    'Breakfast is from seven to half past ten, on the terrace when it is warm.',
  );
  expect(await talk.say('Who won the football match?')).toMatch(/^I do not know that\. /);
});

test('an order is brought after the guest’s yes, and not without it', async () => {
  const house = smallHouse();
  await using willing = await talkTo(conciergeOf(house), { approve: true });
  expect(await willing.say('Bring me a pot of mint tea, please.')).toBe(
    'Your order, a pot of mint tea please, comes in 15 minutes.',
  );
  expect(willing.approvals).toMatchObject([
    { tool: 'roomService', argumentsText: '{"dish":"a pot of mint tea please"}' },
  ]);
  await using unwilling = await talkTo(conciergeOf(house), { approve: false });
  expect(await unwilling.say('Bring me a pot of mint tea.')).toBe('All right, I leave it.');
  expect(house.ordered).toEqual(['a pot of mint tea please']);
});

test('a table is booked for the time that the guest touches, and written down in the chat', async () => {
  const house = smallHouse();
  await using talk = await talkTo(conciergeOf(house), { touch: ({ choices }) => choices[1]?.key });
  expect(await talk.say('Please book a table.')).toBe('Your table is booked for seven.');
  expect(talk.questions.map(({ choices }) => choices.map(({ label }) => label))).toEqual([
    ['half past six', 'seven', 'eight'],
  ]);
  expect([talk.chat, house.booked]).toEqual([['Table this evening at seven.'], ['seven']]);
  await using undecided = await talkTo(conciergeOf(house));
  expect(await undecided.say('Book a table.')).toMatch(/^I have booked nothing/);
  for (const time of ['half past six', 'eight']) await house.bookTable(time, new AbortController().signal);
  expect(await undecided.say('Book a table.')).toBe('That did not work. There is no table left this evening.');
});

test('with a language model the same tools are asked, in the guest’s language', async () => {
  const brain = scriptedModel({
    'Ein Kaffee aufs Zimmer.': [
      { tool: 'roomService', with: { dish: 'Kaffee' } },
      (outcome) => `Gern: ${outcome?.text}`,
    ],
  });
  const house = smallHouse();
  await using talk = await talkTo(
    { ...conciergeOf(house), brain },
    { approve: true, context: { sessionId: 's', language: 'de' } },
  );
  expect(await talk.say('Ein Kaffee aufs Zimmer.')).toBe('Gern: Your order, Kaffee, comes in 15 minutes.');
  expect(brain.instructions).toContain('The guest prefers de');
});
