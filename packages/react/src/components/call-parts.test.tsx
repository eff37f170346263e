// @vitest-environment jsdom
import { OracleCallError } from '@oracle-calls/protocol';
import { SCRIPTED_ORACLE } from '@oracle-calls/testing';
import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { CallButton, CameraButton, HangUpButton, MicrophoneButton, ScreenShareButton } from './call-buttons.tsx';
import { CallDuration, CallStatus, clockText, ConnectionQuality, OracleStatus } from './call-status.tsx';
import { showPage } from './page.fixture.tsx';

afterEach(cleanup);

const request = { type: 'audio', oracleDid: SCRIPTED_ORACLE } as const;
const button = (name: string): HTMLButtonElement => screen.getByRole('button', { name });
const parts = (
  <>
    <CallButton request={request} />
    <CallButton request={{ ...request, type: 'video' }} />
    <HangUpButton />
    <MicrophoneButton />
    <CameraButton />
    <ScreenShareButton />
    <CallStatus />
    <OracleStatus />
    <CallDuration />
    <ConnectionQuality />
  </>
);

test('a whole call by its buttons', async () => {
  const { calls, settle, violations } = showPage(parts);
  expect(button('Hang up').disabled).toBe(true);
  expect(button('Mute').disabled).toBe(true);
  fireEvent.click(button('Call'));
  expect(calls.requests).toEqual([request]);
  expect(screen.getByRole('status').textContent).toBe('Connecting');
  expect([button('Call').disabled, button('Video call').disabled]).toEqual([true, true]);
  act(() => calls.last.live());
  expect(screen.getByRole('status').textContent).toBe('In the call');
  expect(await violations()).toEqual([]);

  fireEvent.click(button('Mute'));
  expect(button('Unmute').dataset['state']).toBe('off');
  expect(button('Unmute').hasAttribute('aria-pressed')).toBe(false);
  fireEvent.click(button('Unmute'));
  for (const name of ['Camera', 'Share screen']) {
    expect(button(name).getAttribute('aria-pressed')).toBe('false');
    fireEvent.click(button(name));
    await settle();
    expect(button(name).getAttribute('aria-pressed')).toBe('true');
  }
  expect(calls.last.asked).toEqual([
    { kind: 'microphone', isOn: false },
    { kind: 'microphone', isOn: true },
    { kind: 'camera', isOn: true },
    { kind: 'screen', isOn: true },
  ]);
  fireEvent.click(button('Hang up'));
  await settle();
  expect(screen.getByRole('status').textContent).toBe('You hung up.');
  expect(button('Call').disabled).toBe(false);
});

test("what a button cannot do is told to its page, and the button's own click handler may prevent it", async () => {
  const errors: string[] = [];
  const onError = ({ code }: OracleCallError): void => void errors.push(code);
  const { calls, settle } = showPage(
    <>
      <CallButton request={{ ...request, oracleDid: 'nobody' }} onError={onError} />
      <CallButton request={{ ...request, type: 'video' }} onClick={(event) => event.preventDefault()} />
      <CameraButton onError={onError} />
    </>,
  );
  fireEvent.click(button('Call'));
  fireEvent.click(button('Video call'));
  expect(calls.placed).toEqual([]);
  act(() => calls.callOracle(request).live());
  calls.last.refuse(new OracleCallError('ERR_MEDIA_DEVICE'));
  fireEvent.click(button('Camera'));
  await settle();
  expect(errors).toEqual(['ERR_PROTOCOL_MALFORMED', 'ERR_MEDIA_DEVICE']);
});

test('a button with an icon keeps its name, and a label of its own comes before that of the provider', () => {
  showPage(
    <>
      <CallButton request={request}>☎</CallButton>
      <HangUpButton labels={{ hangUp: 'Beenden' }} className="red" />
      <MicrophoneButton />
    </>,
    { labels: { hangUp: 'Auflegen', mute: 'Stummschalten' } },
  );
  expect(button('Call').textContent).toBe('☎');
  expect(button('Beenden').className).toBe('red');
  expect(button('Stummschalten')).toBeDefined();
});

test('where a browser cannot share a screen there is no button for it', () => {
  const { calls } = showPage(<ScreenShareButton />);
  expect(screen.queryByRole('button')).not.toBeNull();
  act(() => calls.devices.change({ canShareScreen: false }));
  expect(screen.queryByRole('button')).toBeNull();
});

test('a failure is described by the page, a lost connection and an ordinary end by their own words', async () => {
  const { calls, rerender } = showPage(<CallStatus />);
  const status = (): string | null => screen.getByRole('status').textContent;
  act(() => calls.callOracle(request).live());
  act(() => calls.last.tell({ kind: 'reconnecting' }));
  expect(status()).toContain('Trying to get it back');
  expect(screen.getByRole('status').dataset['state']).toBe('reconnecting');
  act(() => calls.last.tell({ kind: 'reconnected' }));
  expect(status()).toBe('In the call');
  await act(async () => {
    calls.last.end('media-failed', new OracleCallError('ERR_MEDIA_CONNECT'));
    await calls.last.whenEnded();
  });
  expect(status()).toBe(new OracleCallError('ERR_MEDIA_CONNECT').message);
  rerender(<CallStatus describeError={({ code }) => `Es ging nicht: ${code}`} />);
  expect(status()).toBe('Es ging nicht: ERR_MEDIA_CONNECT');
});

test('the oracle, the connection and the time are said in words', async () => {
  const { calls, advance, container } = showPage(parts);
  expect(screen.getByText('Connection unknown').dataset['level']).toBe('unknown');
  act(() => calls.callOracle(request).live());
  act(() => calls.last.tell({ kind: 'oracleState', state: 'thinking' }));
  expect(screen.getByText('The oracle thinks').dataset['state']).toBe('thinking');
  act(() => calls.last.tell({ kind: 'quality', quality: { level: 'poor', roundTripMs: 800, lossRatio: 0.1 } }));
  expect(screen.getByText('Poor connection').dataset['level']).toBe('poor');
  await advance(65_000);
  expect(screen.getByRole('timer').textContent).toBe('1:05');
  expect(container.querySelector('time')?.dateTime).toBe('PT65S');
});

test.each([
  [0, '0:00'],
  [59, '0:59'],
  [600, '10:00'],
  [3_661, '1:01:01'],
])('%i seconds are %s', (seconds, text) => {
  expect(clockText(seconds)).toBe(text);
});
