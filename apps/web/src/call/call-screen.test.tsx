// @vitest-environment jsdom
import { OracleCallError } from '@oracle-calls/protocol';
import { HEARD_HERE, placeOf } from '@oracle-calls/protocol/hearing';
import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, expect, test } from 'vitest';
import { openCall } from './call-scene.fixture.tsx';

afterEach(cleanup);

const HEARD_ELSEWHERE = {
  ...HEARD_HERE,
  recognition: placeOf('https://api.example.com', ['audio']),
  languageModel: placeOf('https://models.example:8443', ['text']),
  remembers: true,
};

const button = (name: string): HTMLElement => screen.getByRole('button', { name });
const click = async (name: string): Promise<void> => act(async () => void fireEvent.click(button(name)));
const press = async (key: string, target: Element = document.body): Promise<void> =>
  act(async () => void fireEvent.keyDown(target, { key }));
const faces = (): string[] =>
  [...document.querySelectorAll('[data-face]')].map((face) => face.getAttribute('data-face') ?? '');

test('the microphone’s button says what a press does, and does it', async () => {
  const { call } = await openCall();
  act(() => call.live());
  await click('Mute');
  expect(call.asked).toEqual([{ kind: 'microphone', isOn: false }]);
  expect(screen.getByText('You are muted')).toBeTruthy();
  await click('Unmute');
  expect(call.asked.at(-1)).toEqual({ kind: 'microphone', isOn: true });
});

test('keys switch the microphone and the camera, and never while somebody types', async () => {
  const { call } = await openCall();
  act(() => call.live());
  await press('m');
  await press('v');
  expect(call.asked).toEqual([
    { kind: 'microphone', isOn: false },
    { kind: 'camera', isOn: true },
  ]);
  await press('t');
  await press('m', screen.getByRole('textbox'));
  expect(call.asked).toHaveLength(2);
});

test('the controls are one stop of the Tab key, and arrows move among them', async () => {
  const { call } = await openCall();
  act(() => call.live());
  const bar = within(screen.getByRole('toolbar', { name: 'Controls of the call' }));
  const buttons = bar.getAllByRole('button');
  expect(buttons.map(({ tabIndex }) => tabIndex)).toEqual([0, ...buttons.slice(1).map(() => -1)]);
  buttons[0]?.focus();
  await press('ArrowRight', buttons[0]);
  expect(document.activeElement).toBe(buttons[1]);
  await press('Home', buttons[1]);
  await press('ArrowLeft', buttons[0]);
  expect(document.activeElement).toBe(bar.getByRole('button', { name: 'Hang up' }));
});

test('what is said is shown while it changes, and read aloud once, when it is final', async () => {
  const { call } = await openCall();
  act(() => call.live());
  const said = { kind: 'caption', speaker: 'oracle', segment: '1' } as const;
  act(() => call.tell({ ...said, text: 'It will', isFinal: false }));
  const log = screen.getByRole('log', { name: 'Captions' });
  expect(log.textContent).toBe('');
  expect(screen.getByText('It will')).toBeTruthy();
  act(() => call.tell({ ...said, text: 'It will rain.', isFinal: true }));
  expect(within(log).getAllByText('Oracle: It will rain.')).toHaveLength(1);
  const overlay = screen.getByText('It will rain.').closest('[aria-hidden]');
  expect(overlay?.getAttribute('aria-hidden')).toBe('true');
});

test('captions can be hidden, and all of them stand in the panel', async () => {
  const { call } = await openCall();
  act(() => call.live());
  act(() => call.tell({ kind: 'caption', speaker: 'user', segment: '1', text: 'Hello', isFinal: true }));
  await click('Show all that was said');
  const panel = within(screen.getByRole('complementary', { name: 'What was said' }));
  expect(panel.getByText('Hello')).toBeTruthy();
  await press('Escape');
  await click('Captions');
  expect(screen.queryByText('Hello')).toBeNull();
});

test('a panel takes the focus and gives it back', async () => {
  const { call } = await openCall();
  act(() => call.live());
  button('More').focus();
  await click('More');
  expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'More' }));
  expect(button('More').getAttribute('aria-expanded')).toBe('true');
  await press('Escape');
  expect(screen.queryByRole('complementary')).toBeNull();
  expect(document.activeElement).toBe(button('More'));
});

test('a message that was not sent comes back into the field', async () => {
  const { call } = await openCall();
  act(() => call.live());
  await click('Chat');
  const field = screen.getByRole('textbox', { name: 'Message to the oracle' });
  await act(async () => void fireEvent.change(field, { target: { value: 'first' } }));
  await press('Enter', field);
  expect(call.asked).toEqual([{ kind: 'chat', text: 'first' }]);
  expect(field).toHaveProperty('value', '');
  call.refuse(new OracleCallError('ERR_DATA_TOO_LARGE'));
  await act(async () => void fireEvent.change(field, { target: { value: 'second' } }));
  await press('Enter', field);
  expect(field).toHaveProperty('value', 'second');
  expect(screen.getByText('Not sent')).toBeTruthy();
});

test('messages that nobody has seen are counted until the chat is open', async () => {
  const { call } = await openCall();
  act(() => call.live());
  act(() => call.tell({ kind: 'chat', text: 'A link', sentAt: 1 }));
  expect(button('Chat').getAttribute('data-unread')).toBe('1');
  await click('Chat');
  expect(button('Chat').getAttribute('data-unread')).toBeNull();
  expect(within(screen.getByRole('complementary')).getByText('A link')).toBeTruthy();
});

test('a call can be left alone without ending it', async () => {
  const { call, minimised, hungUp } = await openCall();
  act(() => call.live());
  await click('Look around; the call goes on');
  expect([minimised(), hungUp(), call.state.kind]).toEqual([1, 0, 'Live']);
});

test('a speaking oracle can be stopped, from one place', async () => {
  const { call } = await openCall();
  act(() => call.live());
  expect(screen.queryByRole('button', { name: 'Stop speaking' })).toBeNull();
  act(() => call.tell({ kind: 'oracleState', state: 'speaking' }));
  await click('Stop speaking');
  await click('Chat');
  await click('Stop speaking');
  expect(call.asked).toEqual([{ kind: 'interrupt' }, { kind: 'interrupt' }]);
});

test('who hears the call stands on the screen, with no panel open, and stands out when it is somebody else', async () => {
  const { call } = await openCall();
  act(() => call.live());
  expect(screen.queryByRole('note')).toBeNull();
  act(() => call.secure({ hearing: HEARD_HERE }));
  const note = (): [string | undefined, (string | null)[]] => {
    const shown = screen.getByRole('note', { name: 'Who hears this call' });
    return [
      shown.dataset['hearing'],
      within(shown)
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ];
  };
  expect(note()).toEqual(['here', ['Heard on this oracle’s machine only.']]);
  act(() => call.secure({ hearing: HEARD_ELSEWHERE }));
  expect(note()).toEqual([
    'elsewhere',
    [
      'Your voice is sent to \u2066api.example.com\u2069.',
      'Words are sent to \u2066models.example:8443\u2069.',
      'This oracle remembers this conversation.',
    ],
  ]);
});

test('an oracle that starts again with more listeners is a warning, with fewer a notice', async () => {
  const { call } = await openCall();
  act(() => call.live());
  const changed = { kind: 'hearingChanged', previous: HEARD_HERE, current: HEARD_ELSEWHERE } as const;
  act(() => call.tell({ ...changed, change: 'wider' }));
  expect(faces()).toEqual(['heard-by-more']);
  await click('Got it');
  act(() => call.tell({ ...changed, change: 'other' }));
  expect(faces()).toEqual(['heard-by-others']);
});

test('the padlock opens what is known of the call’s security, and a code that differs is said at once', async () => {
  const { call, compared } = await openCall();
  act(() => call.live());
  expect(button('Security: Not proved yet. The oracle has not proved itself. Nothing is sent.')).toBeTruthy();
  const comparisonCode = { raw: '0123456789' as never, formatted: '01234 56789' };
  act(() => call.secure({ padlock: 'encrypted', comparisonCode }));
  await click('Security: Encrypted end to end. Code not compared.');
  expect(screen.getByText('01234 56789')).toBeTruthy();
  await click('They differ');
  expect(compared).toEqual([false]);
});

test('a microphone that is pulled out has a face that leads to the choice of another', async () => {
  const { call } = await openCall();
  act(() => call.live());
  await click('Mute');
  act(() => call.tell({ kind: 'device', device: 'microphone', change: 'unplugged', label: 'Headset' }));
  expect(faces()).toEqual(['microphone-unplugged']);
  expect(screen.getByRole('alert').textContent).toContain('Headset is gone');
  await click('Choose a device');
  expect(screen.getByRole('combobox', { name: 'Microphone' })).toBeTruthy();
  await click('Got it');
  expect(faces()).toEqual([]);
});

test('a lost connection is shown until it is back, and the call can be ended meanwhile', async () => {
  const { call, hungUp } = await openCall();
  act(() => call.live());
  act(() => call.tell({ kind: 'reconnecting' }));
  expect(faces()).toEqual(['reconnecting']);
  expect(screen.getByRole('timer', { name: 'Duration of the call' })).toBeTruthy();
  await click('End the call');
  expect(hungUp()).toBe(1);
  act(() => call.tell({ kind: 'reconnected' }));
  expect(faces()).toEqual([]);
});

test('sound that the browser holds back waits for a click', async () => {
  const { call } = await openCall();
  act(() => call.live());
  let played = 0;
  let isHeldBack = true;
  const play = (): Disposable => {
    played += 1;
    isHeldBack = false;
    return { [Symbol.dispose]: () => undefined };
  };
  const track = { trackId: 'a', participantIdentity: 'oracle', kind: 'audio', level: () => 0, play } as const;
  act(() => call.tell({ kind: 'remoteTrack', track: { ...track, isHeldBack: () => isHeldBack } }));
  expect(faces()).toEqual(['sound-blocked']);
  await click('Play the sound');
  expect(played).toBe(1);
  await expect.poll(faces).toEqual([]);
});

test('a call that fails to send or switch says so without ending', async () => {
  const { call } = await openCall();
  act(() => call.live());
  const details = { device: 'screen', problem: 'denied', name: 'NotAllowedError' };
  call.refuse(new OracleCallError('ERR_MEDIA_DEVICE', undefined, { details }));
  await click('Share screen');
  expect(faces()).toEqual(['screen-denied']);
});

test('a screen that was not shared after all is told until the next try', async () => {
  const { call } = await openCall();
  act(() => call.live());
  call.dismissPicker();
  await click('Share screen');
  expect(faces()).toEqual(['screen-refused']);
  await click('Share screen');
  expect(faces()).toEqual([]);
});

test.each(['More', 'Chat', 'Sound and devices', 'Security: Encrypted end to end. Code not compared.'])(
  'with %s open, axe finds nothing',
  async (name) => {
    const { call, container } = await openCall('video');
    act(() => call.live());
    act(() => call.secure({ padlock: 'encrypted', comparisonCode: { raw: '01' as never, formatted: '01' } }));
    act(() => call.secure({ hearing: HEARD_ELSEWHERE }));
    act(() => call.tell({ kind: 'oracleState', state: 'speaking' }));
    act(() => call.tell({ kind: 'caption', speaker: 'user', segment: '1', text: 'Hello', isFinal: true }));
    act(() => call.tell({ kind: 'stranger', participantIdentity: 'x' }));
    await click(name);
    // Colours are for a browser that paints.
    const { violations } = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  },
);

test.each([
  ['Chat', 'Messages'],
  ['Show all that was said', 'What was said'],
])('what scrolls under %s is reached by keys', async (opener, region) => {
  const { call } = await openCall();
  act(() => call.live());
  act(() => call.tell({ kind: 'caption', speaker: 'user', segment: '1', text: 'Hello', isFinal: true }));
  await click(opener);
  // The panel has the same name as its list.
  const regions = screen.getAllByRole('region', { name: region });
  expect(regions.at(-1)?.tabIndex).toBe(0);
});

test('an oracle that was told to keep nothing of a call is not said to remember it', async () => {
  const hearing = { ...HEARD_HERE, remembers: true };
  const { call } = await openCall('audio', { remembers: false });
  act(() => call.live());
  act(() => call.secure({ padlock: 'encrypted', hearing }));
  expect(screen.getByRole('note', { name: 'Who hears this call' }).textContent).toContain('told to keep nothing');
  await click('Security: Encrypted end to end. Code not compared.');
  for (const note of screen.getAllByRole('note')) expect(note.textContent).not.toContain('remembers');
});
