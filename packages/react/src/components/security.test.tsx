// @vitest-environment jsdom
import { OracleCallError } from '@oracle-calls/protocol';
import { comparisonCode, formatComparisonCode } from '@oracle-calls/protocol/comparison-code';
import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { showPage } from './page.fixture.tsx';
import { ComparisonCode, SecurityBadge } from './security.tsx';

afterEach(cleanup);

const bytes = new Uint8Array(32);
const raw = comparisonCode({ transcript: bytes, userNonce: bytes, agentNonce: bytes });
const code = { raw, formatted: formatComparisonCode(raw) };

test('the padlock says what the call says, opens again when that is no longer so, and is open before a call', () => {
  const { calls, container } = showPage(<SecurityBadge />);
  const padlock = (): string | undefined => container.querySelector<HTMLElement>('[data-padlock]')?.dataset['padlock'];
  expect([padlock(), container.textContent]).toEqual(['none', 'Not known to be encrypted']);
  act(() => calls.callOracle('audio').live());
  expect(padlock()).toBe('none');
  for (const state of ['encrypted', 'verified', 'none'] as const) {
    act(() => calls.last.secure({ padlock: state }));
    expect(padlock()).toBe(state);
  }
});

test('there is nothing to compare before there is a code', () => {
  const { calls, container } = showPage(<ComparisonCode />);
  act(() => calls.callOracle('audio').live());
  expect(container.textContent).toBe('');
});

test('a person says that the codes are the same', async () => {
  const { calls, settle, container, violations } = showPage(<ComparisonCode />);
  act(() => calls.callOracle('audio').live());
  act(() => calls.last.secure({ padlock: 'encrypted', comparisonCode: code }));
  expect(container.querySelector('code')?.textContent).toBe(code.formatted);
  expect(container.querySelector('code')?.dir).toBe('ltr');
  expect(await violations()).toEqual([]);
  fireEvent.click(screen.getByRole('button', { name: 'They are the same' }));
  await settle();
  expect(calls.last.asked).toEqual([{ kind: 'compared', isSame: true }]);
  expect(screen.queryAllByRole('button')).toEqual([]);
  expect(container.textContent).toContain('the code was compared');
});

test('a person says that they differ, and hears when that could not be said', async () => {
  const errors: string[] = [];
  const { calls, settle } = showPage(<ComparisonCode onError={(error) => void errors.push(error.code)} />);
  act(() => calls.callOracle('audio').live());
  act(() => calls.last.secure({ padlock: 'encrypted', comparisonCode: code }));
  calls.last.refuse(new OracleCallError('ERR_KEY_CHANGED'));
  fireEvent.click(screen.getByRole('button', { name: 'They differ' }));
  await settle();
  expect(calls.last.asked).toEqual([{ kind: 'compared', isSame: false }]);
  expect(errors).toEqual(['ERR_KEY_CHANGED']);
});
