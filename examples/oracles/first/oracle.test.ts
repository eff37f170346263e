import { talkTo } from '@oracle-calls/testing/conversation';
import { expect, test } from 'vitest';
import { oracle } from './oracle.ts';

test('the bakery says when it is open, and keeps bread for who confirms', async () => {
  await using talk = await talkTo(oracle, { approve: true });
  expect(await talk.say('When are you open?')).toMatch(/^We are open from six/);
  expect(await talk.say('Order a rye loaf.')).toBe('I keep a rye loaf for you until noon.');
  expect(talk.approvals).toMatchObject([{ tool: 'orderBread', argumentsText: '{"bread":"a rye loaf"}' }]);
  expect(await talk.say('Who discovered America?')).toMatch(/^I do not know that\./);
});
