// @vitest-environment jsdom
import { OracleCallError } from '@oracle-calls/protocol';
import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { Captions } from './captions.tsx';
import { ChatForm, ChatLog } from './chat.tsx';
import { showPage } from './page.fixture.tsx';

afterEach(cleanup);

test('only finished lines are read aloud: a line that changes is for eyes alone', async () => {
  const { calls, container, violations } = showPage(<Captions />);
  act(() => calls.callOracle('audio').live());
  const live = container.querySelector('[aria-live]');
  const say = (text: string, isFinal: boolean): void =>
    act(() => calls.last.tell({ kind: 'caption', speaker: 'oracle', segment: '1', text, isFinal }));
  const heard: string[] = [];
  for (const [text, isFinal] of [
    ['The', false],
    ['The answer', false],
    ['The answer is 42.', true],
  ] as const) {
    say(text, isFinal);
    expect(container.textContent).toContain(text);
    heard.push(live?.textContent ?? '');
  }
  expect(live?.getAttribute('aria-live')).toBe('polite');
  expect(heard).toEqual(['', '', 'Oracle The answer is 42.']);
  expect(container.querySelector('[aria-hidden]')?.textContent).toBe('');
  expect(container.querySelector('[data-part="text"]')?.getAttribute('dir')).toBe('auto');
  expect(await violations()).toEqual([]);
});

test('captions may be kept to the last lines', () => {
  const { calls, rerender } = showPage(<Captions limit={2} />);
  act(() => calls.callOracle('audio').live());
  for (const segment of ['1', '2', '3']) {
    act(() => calls.last.tell({ kind: 'caption', speaker: 'user', segment, text: `line ${segment}`, isFinal: true }));
  }
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['You line 2', 'You line 3']);
  rerender(<Captions limit={0} />);
  expect(screen.queryAllByRole('listitem')).toEqual([]);
});

test('a person writes, the oracle answers, and a message that did not arrive comes back', async () => {
  const errors: string[] = [];
  const { calls, settle, violations } = showPage(
    <>
      <ChatLog />
      <ChatForm onError={({ code }) => void errors.push(code)} />
    </>,
  );
  const field = screen.getByLabelText<HTMLInputElement>('Message');
  const send = screen.getByRole<HTMLButtonElement>('button', { name: 'Send' });
  const log = within(screen.getByRole('log', { name: 'Chat' }));
  const write = (value: string): void => {
    fireEvent.change(field, { target: { value } });
    fireEvent.click(send);
  };
  expect([field.disabled, send.disabled]).toEqual([true, true]);
  act(() => calls.callOracle('audio').live());
  fireEvent.change(field, { target: { value: '   ' } });
  expect(send.disabled).toBe(true);
  write('  hello ');
  expect(field.value).toBe('');
  expect(log.getByRole('listitem').textContent).toBe('You hello sending');
  await settle();
  act(() => calls.last.tell({ kind: 'chat', text: 'welcome', sentAt: 1 }));
  expect(log.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['You hello', 'Oracle welcome']);
  expect(await violations()).toEqual([]);

  calls.last.refuse(new OracleCallError('ERR_DATA_MALFORMED'));
  write('lost');
  await settle();
  expect(errors).toEqual(['ERR_DATA_MALFORMED']);
  expect(field.value).toBe('lost');
  expect(log.getAllByRole('listitem').at(-1)?.textContent).toBe('You lost not sent');
  write('lost too');
  fireEvent.change(field, { target: { value: 'begun' } });
  await settle();
  expect(field.value).toBe('begun');
});
