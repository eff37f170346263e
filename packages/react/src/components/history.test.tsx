// @vitest-environment jsdom
import { OracleCallError, parseDid } from '@oracle-calls/protocol';
import type { PastCall } from '@oracle-calls/sdk';
import { SCRIPTED_ORACLE } from '@oracle-calls/testing';
import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, expect, test } from 'vitest';
import { SEARCH_PAUSE_MS } from '../store/history-list.ts';
import { CallHistoryList } from './call-history-list.tsx';
import { showPage } from './page.fixture.tsx';
import { TranscriptView } from './transcript-view.tsx';

afterEach(cleanup);

const list = <CallHistoryList oracleDid={SCRIPTED_ORACLE} limit={2} locale="en-GB" />;

function showHistory(count: number, shown = list) {
  const page = showPage(<p>before</p>);
  for (let number = 0; number < count; number += 1) page.calls.history.add({ oracleDid: SCRIPTED_ORACLE });
  page.rerender(shown);
  const queries = (): unknown[] =>
    page.calls.history.asked.flatMap((asked) => (asked.kind === 'list' ? [asked.query] : []));
  return { ...page, history: page.calls.history, queries };
}
const dates = (): (string | undefined)[] =>
  screen.queryAllByRole('listitem').map((item) => item.querySelector('time')?.dateTime.slice(0, 10));

test('past calls come page by page, and no page twice', async () => {
  const { settle, violations, history } = showHistory(3);
  await settle();
  expect(dates()).toEqual(['2026-01-03', '2026-01-02']);
  expect(screen.getAllByRole('listitem')[0]?.textContent).toContain('5:00');
  expect(await violations()).toEqual([]);
  // A call that was placed meanwhile moves the others to the next page.
  history.add({ oracleDid: SCRIPTED_ORACLE });
  const more = screen.getByRole('button', { name: 'Show more' });
  fireEvent.click(more);
  fireEvent.click(more);
  await settle();
  expect(dates()).toEqual(['2026-01-03', '2026-01-02', '2026-01-01']);
  expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull();
});

test('who types is asked for once they pause, and what was there stays meanwhile', async () => {
  const { settle, advance, queries } = showHistory(3);
  await settle();
  const field = screen.getByLabelText('Search past calls');
  for (const value of ['s', 'se', 'session-1']) fireEvent.change(field, { target: { value } });
  await settle();
  expect(dates()).toHaveLength(2);
  expect(queries()).toHaveLength(1);
  await advance(SEARCH_PAUSE_MS);
  expect(queries()).toHaveLength(2);
  expect(dates()).toEqual(['2026-01-01']);
  fireEvent.change(field, { target: { value: 'nothing like it' } });
  await advance(SEARCH_PAUSE_MS);
  expect(screen.getByRole('status').textContent).toBe('No past calls');
});

test('StrictMode and unmounting leave no request open', async () => {
  const { settle, history, unmount, clock, rerender } = showHistory(1, <p>nothing yet</p>);
  const held = history.hold();
  rerender(<StrictMode>{list}</StrictMode>);
  await settle();
  expect(screen.getByRole('status').textContent).toBe('Loading');
  unmount();
  held.release();
  await clock.settle();
  expect(clock.pendingTimers).toBe(0);
});

test('a history that cannot be had says why, and can be asked for again', async () => {
  const { settle, history, rerender } = showHistory(1, <p>nothing yet</p>);
  const error = new OracleCallError('ERR_UPSTREAM_BACKEND');
  history.refuse(error);
  rerender(list);
  await settle();
  expect(screen.getByRole('status').textContent).toBe(error.message);
  history.refuse();
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await settle();
  expect(dates()).toHaveLength(1);
});

test('a call is deleted, unless it is in progress, and stays when that fails', async () => {
  const errors: string[] = [];
  const { settle, history } = showHistory(
    1,
    <CallHistoryList
      oracleDid={SCRIPTED_ORACLE}
      locale="en-GB"
      onError={({ code }: OracleCallError) => void errors.push(code)}
    />,
  );
  history.add({ oracleDid: SCRIPTED_ORACLE, status: 'active', endedAt: undefined });
  await settle();
  const [active, ended] = screen.getAllByRole<HTMLButtonElement>('button', { name: /^Delete/ });
  expect([active?.disabled, ended?.disabled]).toEqual([true, false]);
  expect(screen.getByText('in progress')).toBeDefined();
  history.refuse(new OracleCallError('ERR_UPSTREAM_BACKEND'));
  if (ended !== undefined) fireEvent.click(ended);
  await settle();
  expect(errors).toEqual(['ERR_UPSTREAM_BACKEND']);
  expect(dates()).toHaveLength(2);
  history.refuse();
  if (ended !== undefined) fireEvent.click(ended);
  await settle();
  expect(dates()).toHaveLength(1);
});

test('a call that has just ended stands in the list', async () => {
  const { settle, calls, history, queries } = showHistory(0);
  await settle();
  act(() => calls.callOracle('audio').live());
  history.add({ oracleDid: SCRIPTED_ORACLE });
  await act(() => calls.last.endCall());
  await settle();
  expect(queries()).toHaveLength(2);
  expect(dates()).toHaveLength(1);
});

test('another oracle has another history, and no oracle none', async () => {
  const { settle, rerender, queries } = showHistory(1);
  await settle();
  rerender(<CallHistoryList oracleDid={parseDid('did:web:other.example.org')} />);
  await settle();
  expect(dates()).toEqual([]);
  rerender(<CallHistoryList oracleDid={undefined} />);
  await settle();
  expect(queries()).toHaveLength(2);
});

test('a transcript is read when a person asks for it', async () => {
  const chosen: PastCall[] = [];
  const page = showHistory(
    1,
    <CallHistoryList oracleDid={SCRIPTED_ORACLE} onSelect={(call) => void chosen.push(call)} />,
  );
  await page.settle();
  fireEvent.click(screen.getByRole('button', { name: /^Transcript/ }));
  const [call] = chosen;
  if (call === undefined) throw new TypeError('Nothing was chosen.');
  page.rerender(<TranscriptView call={call} />);
  await page.settle();
  expect(screen.getByRole('status').textContent).toContain('Nothing was kept');
  page.history.transcripts.set(call.callId, {
    callId: call.callId,
    isComplete: false,
    lines: [
      { speaker: 'user', how: 'spoken', text: 'How is it?', at: 1 },
      { speaker: 'oracle', how: 'written', text: 'Well.', at: 2 },
    ],
  });
  const error = new OracleCallError('ERR_MATRIX_ROOM');
  page.history.refuse(error);
  page.rerender(<p>away</p>);
  page.rerender(<TranscriptView call={call} />);
  await page.settle();
  expect(screen.getByRole('status').textContent).toBe(error.message);
  page.history.refuse();
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await page.settle();
  expect(screen.getAllByRole('listitem').map((item) => item.querySelector('[data-part="text"]')?.textContent)).toEqual([
    'How is it?',
    'Well.',
  ]);
  expect(screen.getByRole('status').textContent).toBe('Parts of it are missing.');
  expect(await page.violations()).toEqual([]);
  page.rerender(<TranscriptView call={undefined} />);
  expect(page.container.textContent).toBe('');
});
