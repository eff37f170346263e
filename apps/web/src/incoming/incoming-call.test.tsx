// @vitest-environment jsdom
import { cleanup, createEvent, fireEvent, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { showScreen } from '../app/around-page.fixture.tsx';
import { IncomingCall } from './incoming-call.tsx';
import { IncomingNotices } from './incoming-notices.tsx';

afterEach(cleanup);

test('a ring asks in an alert dialog: who, proved by what, and why in the oracle’s quoted words', async () => {
  const answers: string[] = [];
  const { violations } = await showScreen((calls) => (
    <IncomingCall
      ring={calls.rings.current ?? calls.rings.ring({ type: 'video', reason: 'Your report is ready.' })}
      name="Oracle"
      onAccept={() => answers.push('accept')}
      onDecline={() => answers.push('decline')}
    />
  ));
  const dialog = screen.getByRole('alertdialog', { name: 'Incoming video call' });
  expect(dialog.querySelector('blockquote')?.textContent).toBe('Your report is ready.');
  expect(dialog.textContent).toContain('did:web:oracle.example.org');
  expect(dialog.dataset['face']).toBe('incoming-call');
  // Whoever is typing when it rings answers with no key, and Escape declines nothing.
  expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Incoming video call' }));
  const cancel = createEvent('cancel', dialog, { cancelable: true });
  fireEvent(dialog, cancel);
  expect(cancel.defaultPrevented).toBe(true);
  fireEvent.click(screen.getByRole('button', { name: 'Accept with video' }));
  fireEvent.click(screen.getByRole('button', { name: 'Decline' }));
  expect(answers).toEqual(['accept', 'decline']);
  expect(await violations()).toEqual([]);
});

test('a call that was missed is told, with calling back where there is no call', async () => {
  const called: string[] = [];
  const quiet = { ring: undefined, missed: undefined, isElsewhere: false, error: undefined };
  for (const onCallBack of [(did: string) => void called.push(did), undefined]) {
    const { unmount } = await showScreen((calls) => (
      <IncomingNotices
        incoming={{ ...quiet, missed: calls.rings.ring() }}
        nameOf={() => 'Oracle'}
        onDismiss={() => undefined}
        onCallBack={onCallBack}
      />
    ));
    const notice = screen.getByText('You missed a call from Oracle.').closest<HTMLElement>('[data-face]');
    expect(notice?.dataset['face']).toBe('missed-call');
    const button = screen.queryByRole('button', { name: 'Call back' });
    if (onCallBack === undefined) expect(button).toBeNull();
    else if (button !== null) fireEvent.click(button);
    unmount();
  }
  expect(called).toEqual(['did:web:oracle.example.org']);
});
