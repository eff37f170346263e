// @vitest-environment jsdom
import { FakeClock, SCRIPTED_ORACLE } from '@oracle-calls/testing';
import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { showScreen } from '../app/around-page.fixture.tsx';
import { ForgetConversation } from './forget-conversation.tsx';

afterEach(cleanup);

const KEPT = { oracleDid: SCRIPTED_ORACLE, sessionId: 'session', keptAt: 1 };

/** What the summary shows of memory; `listed` counts how often it was asked for. */
async function show(isExpected: boolean) {
  const clock = new FakeClock();
  const asked = { listed: 0 };
  const page = await showScreen(({ memory }) => {
    memory.sessions = [];
    const list = memory.list.bind(memory);
    memory.list = (query) => {
      asked.listed += 1;
      return list(query);
    };
    return <ForgetConversation oracleDid={SCRIPTED_ORACLE} sessionId="session" isExpected={isExpected} clock={clock} />;
  });
  const advance = async (): Promise<void> => {
    await act(() => clock.advance(2_000));
    await page.settle();
  };
  return { ...page, asked, advance };
}

const button = (): HTMLElement | null => screen.queryByRole('button', { name: 'Forget this conversation' });

test('what an agent keeps after the end of a call can be forgotten as soon as it is there', async () => {
  const { calls, advance } = await show(true);
  expect(button()).toBeNull();
  calls.memory.sessions = [KEPT];
  await advance();
  expect(button()).not.toBeNull();
});

test('it is asked for a few times, not for ever; and once where nothing is expected', async () => {
  const { asked, advance } = await show(true);
  const before = asked.listed;
  for (let count = 0; count < 10; count += 1) await advance();
  expect(asked.listed - before).toBe(5);
  cleanup();
  const other = await show(false);
  const once = other.asked.listed;
  await other.advance();
  expect(other.asked.listed).toBe(once);
});

test('what was forgotten is not asked for again', async () => {
  const { calls, asked, advance, settle } = await show(true);
  calls.memory.sessions = [KEPT];
  await advance();
  fireEvent.click(button() ?? document.body);
  fireEvent.click(screen.getByRole('button', { name: 'Forget for good' }));
  await settle();
  expect(screen.getByRole('status').textContent).toBe('The oracle has forgotten this conversation.');
  const before = asked.listed;
  await advance();
  expect(asked.listed).toBe(before);
});
