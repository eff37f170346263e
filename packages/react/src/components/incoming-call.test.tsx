// @vitest-environment jsdom
import type { OracleCallError } from '@oracle-calls/protocol';
import { SCRIPTED_ORACLE } from '@oracle-calls/testing';
import { act, cleanup, createEvent, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { useIncomingCall } from '../hooks/use-incoming-call.ts';
import { useOracleCall } from '../hooks/use-oracle-call.ts';
import { IncomingCall } from './incoming-call.tsx';
import { showPage } from './page.fixture.tsx';

beforeEach(() => {
  // jsdom has dialogs, but cannot open them.
  Object.assign(HTMLDialogElement.prototype, {
    showModal(this: HTMLDialogElement) {
      this.open = true;
      // HTML, "dialog focusing steps".
      this.querySelector('button')?.focus();
    },
    close(this: HTMLDialogElement) {
      this.open = false;
    },
  });
});
afterEach(cleanup);

function Placed() {
  const { call } = useOracleCall();
  const { last } = useIncomingCall();
  return <p data-testid="placed">{`${call?.oracleDid ?? 'no call'}, ${last?.status ?? 'no ring'}`}</p>;
}

const placed = (): string | null => screen.getByTestId('placed').textContent;
const page = (
  <>
    <IncomingCall keepsTranscript />
    <Placed />
  </>
);

test('an oracle rings; accepting it is an ordinary call, which is shown', async () => {
  const { calls, violations } = showPage(page);
  expect(screen.queryByRole('dialog')).toBeNull();
  act(() => void calls.rings.ring({ type: 'video', reason: 'Your report is ready.' }));
  expect(screen.getByRole('dialog', { name: 'An oracle calls you with video' }).textContent).toContain(SCRIPTED_ORACLE);
  expect(screen.getByText('Your report is ready.').getAttribute('dir')).toBe('auto');
  expect(await violations()).toEqual([]);
  fireEvent.click(screen.getByRole('button', { name: 'Accept' }));
  expect(calls.requests).toMatchObject([{ type: 'video', ringEventId: '$ring1', keepsTranscript: true }]);
  expect(placed()).toBe(`${SCRIPTED_ORACLE}, accepted`);
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('whoever is typing when it rings answers with no key: the focus is on no button', () => {
  const { calls } = showPage(page);
  act(() => void calls.rings.ring());
  expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'An oracle calls you' }));
});

test('declining is no call', async () => {
  const { calls, settle } = showPage(page);
  act(() => void calls.rings.ring());
  fireEvent.click(screen.getByRole('button', { name: 'Decline' }));
  await settle();
  expect(placed()).toBe('no call, declined');
  expect(calls.placed).toEqual([]);
});

test('a ring that lapses, or that another device answers, takes the dialog away and is remembered until the next', () => {
  const { calls } = showPage(page);
  for (const status of ['lapsed', 'elsewhere'] as const) {
    act(() => void calls.rings.ring());
    expect(placed()).toBe('no call, no ring');
    act(() => calls.rings.settle(status));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(placed()).toBe(`no call, ${status}`);
  }
});

test('Escape does not close the dialog, and an answer that comes too late is told', () => {
  const errors: string[] = [];
  const { calls } = showPage(
    <IncomingCall onError={({ code }: OracleCallError) => void errors.push(code)} nameOf={() => 'Dr Who'} />,
  );
  act(() => void calls.rings.ring());
  const dialog = screen.getByRole('dialog');
  const cancelled = createEvent('cancel', dialog, { cancelable: true });
  fireEvent(dialog, cancelled);
  expect(cancelled.defaultPrevented).toBe(true);
  expect(dialog.textContent).toContain('Dr Who');
  act(() => void calls.callOracle('audio'));
  fireEvent.click(screen.getByRole('button', { name: 'Accept' }));
  expect(errors).toEqual(['ERR_CALL_IN_PROGRESS']);
});
