// @vitest-environment jsdom
import { FakeClock, ScriptedOracleCalls } from '@oracle-calls/testing';
import { act, cleanup, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { CallQuestions } from './call-questions.tsx';
import { renderBelow } from './call-scene.fixture.tsx';

afterEach(cleanup);

test('what the oracle asks stands in a landmark of its own, in the page’s words, and nothing does when it asks nothing', async () => {
  const clock = new FakeClock();
  const calls = new ScriptedOracleCalls(clock);
  const call = calls.callOracle('audio');
  await renderBelow(calls, <CallQuestions onError={() => undefined} />);
  act(() => call.live());
  expect(screen.queryByRole('complementary')).toBeNull();
  const expiresAt = clock.now() + 40_000;
  const argumentsText = '{"note":"<b>hi</b>"}';
  act(() => call.ask({ id: 'a', asks: 'approval', tool: 'order', text: 'Order?', argumentsText, expiresAt }));
  const aside = within(screen.getByRole('complementary', { name: 'The oracle asks' }));
  expect(aside.getByRole('dialog', { name: 'May the oracle do this?' }).textContent).toContain('<b>hi</b>');
  expect(aside.getAllByRole('button').map(({ textContent }) => textContent)).toEqual(['Don’t allow', 'Allow']);
  act(() => call.closeQuestion('a'));
  expect(screen.queryByRole('complementary')).toBeNull();
});
