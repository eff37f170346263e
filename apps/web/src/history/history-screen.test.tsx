// @vitest-environment jsdom
import { OracleCallError, parseDid } from '@oracle-calls/protocol';
import { SCRIPTED_ORACLE } from '@oracle-calls/testing';
import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { showScreen } from '../app/around-page.fixture.tsx';
import { HistoryScreen } from './history-screen.tsx';
import { PastCallScreen } from './past-call-screen.tsx';

afterEach(cleanup);

const shelf = [
  {
    oracleDid: SCRIPTED_ORACLE,
    matrixUserId: '@oracle:localhost',
    name: 'Oracle',
    remembers: undefined,
    isListed: true,
  },
  {
    oracleDid: parseDid('did:web:two.example'),
    matrixUserId: undefined,
    name: 'Two',
    remembers: undefined,
    isListed: false,
  },
];

function showHistory(prepare: (calls: Parameters<Parameters<typeof showScreen>[0]>[0]) => void) {
  let isPrepared = false;
  const chosen: string[] = [];
  const page = showScreen((calls) => {
    if (!isPrepared) prepare(calls);
    isPrepared = true;
    return <HistoryScreen oracles={shelf} chosenDid={SCRIPTED_ORACLE} onChoose={(did) => chosen.push(did)} />;
  });
  return { page, chosen };
}

test('past calls stand under their days, each a link to its own page, and more come when they are asked for', async () => {
  const { page } = showHistory(({ history }) => {
    for (let count = 0; count < 25; count += 1) history.add({ oracleDid: SCRIPTED_ORACLE });
  });
  const { settle, violations } = await page;
  const links = () => within(screen.getByRole('main')).getAllByRole('link');
  expect(links()).toHaveLength(20);
  expect(links()[0]?.getAttribute('href')).toMatch(/^#\/history\/did%3Aweb/);
  expect(links()[0]?.textContent).toContain('Call, 5 minutes');
  expect(screen.getAllByRole('heading', { level: 2 }).length).toBeGreaterThan(1);
  fireEvent.click(screen.getByRole('button', { name: 'Show more' }));
  await settle();
  expect(links()).toHaveLength(25);
  expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull();
  expect(document.title).toBe('History · Oracle Calls');
  expect(await violations()).toEqual([]);
});

test('a search that finds nothing says so, and an empty history says something else', async () => {
  const { page } = showHistory(() => undefined);
  const { advance } = await page;
  expect(screen.getByRole('status').textContent).toBe('No calls with this oracle yet.');
  fireEvent.change(screen.getByLabelText('Search in past calls'), { target: { value: 'holiday' } });
  await advance(1_000);
  expect(screen.getByRole('status').textContent).toBe('No call was found.');
});

test('a history that cannot be had has a face, and is asked for again', async () => {
  const { page } = showHistory(({ history }) => {
    history.add({ oracleDid: SCRIPTED_ORACLE });
    history.refuse(new OracleCallError('ERR_MATRIX_SEND'));
  });
  const { calls, settle } = await page;
  expect(screen.getByRole('alert').dataset['face']).toBe('ERR_MATRIX_SEND');
  calls.history.refuse();
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await settle();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('each oracle’s own calls are shown', async () => {
  const { page, chosen } = showHistory(() => undefined);
  await page;
  fireEvent.change(screen.getByLabelText('Oracle'), { target: { value: 'did:web:two.example' } });
  expect(chosen).toEqual(['did:web:two.example']);
});

interface PastCallScene {
  readonly isKnown?: boolean;
  readonly remembers?: boolean;
}

async function showPastCall({ isKnown = true, remembers = false }: PastCallScene = {}) {
  const placed: string[] = [];
  const sessions: (string | undefined)[] = [];
  let deleted = 0;
  const page = await showScreen((calls) => {
    const [call] =
      calls.history.calls.length === 0
        ? [calls.history.add({ oracleDid: SCRIPTED_ORACLE, sessionId: '$past1' })]
        : calls.history.calls;
    if (call === undefined) return null;
    if (remembers && calls.memory.forgotten.length === 0) {
      calls.memory.sessions = [{ oracleDid: SCRIPTED_ORACLE, sessionId: call.sessionId, keptAt: 1 }];
    }
    calls.history.transcripts.set(call.callId, {
      callId: call.callId,
      isComplete: false,
      lines: [
        { speaker: 'user', how: 'spoken', text: 'How is it?', at: 1 },
        { speaker: 'oracle', how: 'written', text: 'Well.', at: 2 },
      ],
    });
    return (
      <PastCallScreen
        oracleDid={SCRIPTED_ORACLE}
        callId={call.callId}
        oracleName="Oracle"
        isKnown={isKnown}
        doesRemember={false}
        onPlace={(type, sessionId) => {
          placed.push(type);
          sessions.push(sessionId);
        }}
        onDeleted={() => (deleted += 1)}
      />
    );
  });
  // Whoever types is asked for once they pause; so is an id.
  await page.advance(1_000);
  return { ...page, placed, sessions, deleted: () => deleted };
}

test('a past call shows when it was and what was said, and can be called again', async () => {
  const { placed, violations } = await showPastCall();
  const lines = screen.getAllByRole('listitem').map(({ textContent }) => textContent);
  expect(lines).toEqual([expect.stringContaining('How is it?'), expect.stringContaining('Oracle (written)')]);
  expect(screen.getByText('Parts are missing.')).toBeDefined();
  expect(screen.getByText('5 minutes')).toBeDefined();
  fireEvent.click(screen.getByRole('button', { name: 'Video call' }));
  expect(placed).toEqual(['video']);
  expect(await violations()).toEqual([]);
});

test('a link to a call with an oracle that is nobody’s here asks nobody anything; of one that was used the same link asks', async () => {
  const { calls, violations } = await showPastCall({ isKnown: false });
  expect(calls.history.asked).toEqual([]);
  expect(screen.getByRole('status').dataset['face']).toBe('unknown-oracle');
  expect(screen.queryByRole('button')).toBeNull();
  expect(await violations()).toEqual([]);
  cleanup();
  // The twin.
  expect((await showPastCall()).calls.history.asked.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['list', 'transcript']),
  );
});

test('what the oracle remembers of the conversation is shown, and forgotten after a warning; the next call goes on in it', async () => {
  await showPastCall();
  expect(screen.queryByRole('button', { name: 'Forget this conversation' })).toBeNull();
  cleanup();
  const shown = await showPastCall({ remembers: true });
  fireEvent.click(screen.getByRole('button', { name: 'Forget this conversation' }));
  const warning = screen.getByRole('group', { name: 'Have the oracle forget this conversation?' });
  expect(document.activeElement).toBe(within(warning).getByRole('button', { name: 'Keep it' }));
  expect(await shown.violations()).toEqual([]);
  shown.calls.memory.refuse(new OracleCallError('ERR_UPSTREAM_BACKEND'));
  fireEvent.click(within(warning).getByRole('button', { name: 'Forget for good' }));
  await shown.settle();
  expect(screen.getByRole('alert').dataset['face']).toBe('ERR_UPSTREAM_BACKEND');
  shown.calls.memory.refuse();
  fireEvent.click(within(warning).getByRole('button', { name: 'Forget for good' }));
  await shown.settle();
  expect(shown.calls.memory.forgotten).toEqual([{ oracleDid: SCRIPTED_ORACLE, sessionId: '$past1' }]);
  expect(screen.getByText('The oracle has forgotten this conversation.')).toBeDefined();
  fireEvent.click(screen.getByRole('button', { name: 'Call' }));
  expect(shown.sessions).toEqual(['$past1']);
});

test('a call is deleted after a warning that says what is lost; keeping it is where the focus is', async () => {
  const { calls, settle, deleted } = await showPastCall();
  fireEvent.click(screen.getByRole('button', { name: 'Delete this call' }));
  const warning = screen.getByRole('group', { name: 'Delete this call for good?' });
  expect(warning.textContent).toContain('Nobody can bring it back');
  expect(document.activeElement).toBe(within(warning).getByRole('button', { name: 'Keep it' }));
  fireEvent.click(within(warning).getByRole('button', { name: 'Keep it' }));
  expect(calls.history.calls).toHaveLength(1);
  fireEvent.click(screen.getByRole('button', { name: 'Delete this call' }));
  calls.history.refuse(new OracleCallError('ERR_CALL_LIVE'));
  fireEvent.click(screen.getByRole('button', { name: 'Delete for good' }));
  await settle();
  expect(screen.getByRole('alert').dataset['face']).toBe('ERR_CALL_LIVE');
  expect(deleted()).toBe(0);
  calls.history.refuse();
  fireEvent.click(screen.getByRole('button', { name: 'Delete for good' }));
  await settle();
  expect(deleted()).toBe(1);
  expect(calls.history.calls).toEqual([]);
});
