// @vitest-environment jsdom
import { parseMatrixUserId } from '@oracle-calls/matrix';
import { SCRIPTED_ORACLE } from '@oracle-calls/testing';
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { showScreen } from '../app/around-page.fixture.tsx';
import { FindOracle } from './find-oracle.tsx';
import { OracleCard } from './oracle-card.tsx';
import { OracleList } from './oracle-list.tsx';
import { WaitBanner } from './wait-banner.tsx';

afterEach(cleanup);

const facts = {
  oracleDid: SCRIPTED_ORACLE,
  matrixUserId: parseMatrixUserId('@oracle:localhost'),
  backendUrl: 'https://backend.example',
  keyState: 'same',
  isVerified: false,
} as const;

test.each([
  [{ ...facts, keyState: 'first-contact' } as const, 'First contact'],
  [facts, 'Known key'],
  [{ ...facts, keyState: 'rotated' } as const, 'New key, signed'],
  [{ ...facts, isVerified: true }, 'Code compared'],
])('a card says how the key stands, and keeps what is proved apart from a homeserver’s word', async (known, words) => {
  const chosen = {
    oracleDid: SCRIPTED_ORACLE,
    facts: known,
    profile: { name: 'Friendly oracle', picture: undefined },
    readiness: 'ready',
  } as const;
  const { violations } = await showScreen(() => <OracleCard chosen={chosen} shelved={undefined} />);
  expect(screen.getByRole('heading', { name: 'Friendly oracle' })).toBeDefined();
  expect(screen.getByText(words)).toBeDefined();
  const proved = screen.getByText('What is proved about this oracle').closest('details');
  expect(proved?.querySelector('dl')?.textContent).toContain('@oracle:localhost');
  expect(proved?.querySelector('dl')?.textContent).not.toContain('Friendly');
  expect(proved?.textContent).toContain('Nobody has proved them.');
  expect(await violations()).toEqual([]);
});

test('an oracle that nobody has looked up yet has no key state', async () => {
  const chosen = { oracleDid: SCRIPTED_ORACLE, facts: undefined, profile: undefined, readiness: undefined };
  await showScreen(() => <OracleCard chosen={chosen} shelved={undefined} />);
  expect(document.querySelector('[data-key-state]')).toBeNull();
  expect(screen.getByRole('heading').textContent).toBe(SCRIPTED_ORACLE);
});

test('an oracle is chosen from the list, and one that the operator lists cannot be forgotten', async () => {
  const did: string[] = [];
  const oracles = [
    { name: 'Listed', isListed: true },
    { name: 'Called', isListed: false },
  ].map((oracle, index) => ({
    ...oracle,
    matrixUserId: undefined,
    remembers: undefined,
    oracleDid: `${SCRIPTED_ORACLE}:${index}` as typeof SCRIPTED_ORACLE,
  }));
  const { violations } = await showScreen(() => (
    <OracleList
      oracles={oracles}
      chosenDid={`${SCRIPTED_ORACLE}:0`}
      onChoose={(chosen) => did.push(`choose ${chosen}`)}
      onForget={(forgotten) => did.push(`forget ${forgotten}`)}
    />
  ));
  expect(screen.getByRole('button', { name: /^Listed/ }).getAttribute('aria-pressed')).toBe('true');
  fireEvent.click(screen.getByRole('button', { name: /^Called/ }));
  fireEvent.click(screen.getByRole('button', { name: 'Forget Called' }));
  expect(screen.queryByRole('button', { name: 'Forget Listed' })).toBeNull();
  expect(did).toEqual([`choose ${SCRIPTED_ORACLE}:1`, `forget ${SCRIPTED_ORACLE}:1`]);
  expect(await violations()).toEqual([]);
});

test('what a person typed is looked for, stays when it was not found, and the failure has a face', async () => {
  const asked: string[] = [];
  await showScreen(() => (
    <FindOracle
      search={{ isBusy: false, errorCode: 'ERR_DID_ACCOUNT' }}
      onFind={async (text) => {
        asked.push(text);
        return false;
      }}
    />
  ));
  const field = screen.getByLabelText<HTMLInputElement>('DID or Matrix ID');
  fireEvent.click(screen.getByRole('button', { name: 'Find' }));
  fireEvent.change(field, { target: { value: '@oracle:localhost' } });
  fireEvent.click(screen.getByRole('button', { name: 'Find' }));
  expect(asked).toEqual(['@oracle:localhost']);
  expect(field.value).toBe('@oracle:localhost');
  expect(screen.getByRole('alert').dataset['face']).toBe('ERR_DID_ACCOUNT');
});

test('waiting shows its countdown and can be stopped; when it gave up, it can be begun again', async () => {
  const did: string[] = [];
  const parts = { onStop: () => void did.push('stop'), onAgain: (type: string) => void did.push(type) };
  const waiting = await showScreen(() => (
    <WaitBanner wait={{ kind: 'waiting', type: 'audio', secondsLeft: 7, asked: 0 }} {...parts} />
  ));
  expect(document.querySelector('[data-face="waiting-for-oracle"]')?.textContent).toContain('in 7 seconds');
  fireEvent.click(screen.getByRole('button', { name: 'Stop waiting' }));
  waiting.unmount();
  await showScreen(() => <WaitBanner wait={{ kind: 'given-up', type: 'video' }} {...parts} />);
  fireEvent.click(screen.getByRole('button', { name: 'Wait again' }));
  expect(did).toEqual(['stop', 'video']);
});
