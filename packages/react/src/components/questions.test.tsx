// @vitest-environment jsdom
import { OracleCallError } from '@oracle-calls/protocol';
import type { OracleQuestion } from '@oracle-calls/sdk';
import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { ChatLog } from './chat.tsx';
import { showPage } from './page.fixture.tsx';
import { QUESTION_GUARD_MS, Questions } from './questions.tsx';

afterEach(cleanup);

function asking(...questions: ('approval' | 'choice')[]) {
  const errors: string[] = [];
  const page = showPage(
    <>
      <button type="button">Elsewhere</button>
      <input aria-label="Message" />
      <Questions onError={({ code }) => void errors.push(code)} />
      <ChatLog />
    </>,
  );
  const { calls, clock } = page;
  act(() => calls.callOracle('audio').live());
  const expiresAt = clock.now() + 40_000;
  const made = {
    approval: (id: string): OracleQuestion => ({
      id,
      asks: 'approval',
      tool: 'orderTaxi',
      text: 'Order a taxi?',
      argumentsText: '{"to":"the station","for":2}',
      expiresAt,
    }),
    choice: (id: string): OracleQuestion => ({
      id,
      asks: 'choice',
      text: 'What to drink?',
      choices: [
        { key: '1', label: 'Tea' },
        { key: '#', label: 'Nothing' },
      ],
      expiresAt,
    }),
  };
  const ask = (asks: 'approval' | 'choice', id: string): void => act(() => calls.last.ask(made[asks](id)));
  for (const [index, asks] of questions.entries()) ask(asks, `q${index}`);
  const answers = () => calls.last.asked.flatMap((one) => (one.kind === 'answer' ? [one] : []));
  const click = (name: string): Promise<void> =>
    act(async () => void fireEvent.click(screen.getByRole('button', { name })));
  const press = (key: string, target: Element = document.body): Promise<void> =>
    act(async () => void fireEvent.keyDown(target, { key }));
  return { ...page, ask, answers, click, press, errors, arm: () => page.advance(QUESTION_GUARD_MS) };
}

test('a tool waits for a touch: what it would do stands there as text, with the time that is left', async () => {
  const { answers, click, arm, advance, violations } = asking('approval');
  const card = screen.getByRole('dialog', { name: 'May the oracle do this?' });
  expect(screen.getByRole('alert').textContent).toBe('Order a taxi?');
  expect([...card.querySelectorAll('dt, dd')].map(({ textContent }) => textContent)).toEqual([
    'to',
    'the station',
    'for',
    '2',
  ]);
  expect(screen.getByRole('timer').textContent).toBe('40 s left');
  expect(await violations()).toEqual([]);
  await arm();
  await advance(1_000);
  expect(screen.getByRole('timer').textContent).toBe('39 s left');
  await click('Allow');
  expect(answers()).toEqual([{ kind: 'answer', questionId: 'q0', answer: { answers: 'approval', isApproved: true } }]);
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('a no is a no', async () => {
  const { answers, click, arm } = asking('approval');
  await arm();
  await click("Don't allow");
  expect(answers()).toMatchObject([{ answer: { isApproved: false } }]);
});

test('markup of a model is text', () => {
  const { calls, ask } = asking();
  ask('approval', 'a');
  const text = '<img src=x onerror=alert(1)>';
  act(() => {
    calls.last.closeQuestion('a');
    calls.last.ask({
      id: 'b',
      asks: 'approval',
      tool: 't',
      text,
      argumentsText: JSON.stringify({ a: text }),
      expiresAt: 0,
    });
  });
  expect(document.querySelector('img')).toBeNull();
  expect(screen.getAllByText(text)).toHaveLength(2);
});

test('a card that appears under a finger is not answered by it', async () => {
  const { answers, click, advance } = asking('approval');
  await click('Allow');
  await advance(QUESTION_GUARD_MS - 1);
  await click('Allow');
  expect(answers()).toEqual([]);
  expect(screen.getByRole('button', { name: 'Allow' }).getAttribute('aria-disabled')).toBe('true');
  await advance(1);
  await click('Allow');
  expect(answers()).toHaveLength(1);
});

test('a second question does not move under the finger that answered the first', async () => {
  const { answers, click, arm } = asking('approval', 'approval');
  expect(screen.getAllByRole('dialog')).toHaveLength(1);
  await arm();
  await click('Allow');
  await click('Allow');
  expect(answers().map(({ questionId }) => questionId)).toEqual(['q0']);
  await arm();
  await click('Allow');
  expect(answers().map(({ questionId }) => questionId)).toEqual(['q0', 'q1']);
});

test('a card takes the focus where no key answers, and gives it back; it takes it from nobody who types', async () => {
  const { ask, click, arm, press, answers } = asking();
  const elsewhere = screen.getByRole('button', { name: 'Elsewhere' });
  elsewhere.focus();
  ask('approval', 'a');
  expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'May the oracle do this?' }));
  await arm();
  for (const key of ['Enter', ' ', 'y', '1', 'Escape']) await press(key, document.activeElement ?? document.body);
  expect(answers()).toEqual([]);
  screen.getByRole('button', { name: 'Allow' }).focus();
  await click('Allow');
  expect(document.activeElement).toBe(elsewhere);
  const field = screen.getByLabelText('Message');
  field.focus();
  ask('approval', 'b');
  expect(document.activeElement).toBe(field);
});

test('quick replies are touched or pressed as on a telephone, and not while somebody types', async () => {
  const { ask, answers, arm, press, click, violations } = asking('choice');
  expect(screen.getByRole('group', { name: 'What to drink?' })).toBeTruthy();
  expect(await violations()).toEqual([]);
  await press('1');
  expect(answers()).toEqual([]);
  await arm();
  await press('1', screen.getByLabelText('Message'));
  await press('2');
  expect(answers()).toEqual([]);
  await press('#');
  ask('choice', 'second');
  await arm();
  // What was chosen was said.
  expect(screen.getByRole('log', { name: 'Chat' }).textContent).toBe('You Nothing');
  // As an Arabic keyboard has it.
  await press('١');
  ask('choice', 'third');
  await arm();
  await click('Tea');
  expect(answers().map(({ answer }) => answer)).toEqual([
    { answers: 'choice', key: '#' },
    { answers: 'choice', key: '1' },
    { answers: 'choice', key: '1' },
  ]);
});

test('what needs to be allowed goes before quick replies', async () => {
  const { click, arm } = asking('choice', 'approval');
  expect(screen.queryByRole('group')).toBeNull();
  await arm();
  await click('Allow');
  expect(screen.getByRole('group', { name: 'What to drink?' })).toBeTruthy();
});

test('a question that is over goes, and an answer that came too late is told', async () => {
  const { calls, click, arm, errors } = asking('approval');
  await arm();
  calls.last.refuse(new OracleCallError('ERR_CALL_QUESTION'));
  await click('Allow');
  expect(errors).toEqual(['ERR_CALL_QUESTION']);
  act(() => calls.last.closeQuestion('q0'));
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('a part that mounts later shows what is asked already', () => {
  const { rerender } = asking('approval');
  rerender(<p>nothing</p>);
  expect(screen.queryByRole('dialog')).toBeNull();
  rerender(<Questions />);
  expect(screen.getByRole('dialog')).toBeTruthy();
});
