// @vitest-environment jsdom
import { FakeClock, ScriptedOracleCalls } from '@oracle-calls/testing';
import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { renderBelow } from '../call/call-scene.fixture.tsx';
import { DeviceSettings, PreCallCheck } from './pre-call-check.tsx';

afterEach(cleanup);

const click = async (name: string): Promise<void> =>
  act(async () => void fireEvent.click(screen.getByRole('button', { name })));

test('nothing is switched on before the person asks, and all is off when they have seen enough', async () => {
  const calls = new ScriptedOracleCalls(new FakeClock());
  await renderBelow(calls, <PreCallCheck />);
  expect(calls.devices.on).toBe(0);
  await click('Check microphone and camera');
  expect(calls.devices.on).toBe(2);
  expect(screen.getByRole('meter', { name: 'Loudness of your microphone' })).toBeTruthy();
  await click('Switch them off again');
  expect(calls.devices.on).toBe(0);
});

test('whoever leaves leaves nothing on', async () => {
  const calls = new ScriptedOracleCalls(new FakeClock());
  await renderBelow(calls, <PreCallCheck wantsCamera={false} />);
  await click('Check the microphone');
  expect(calls.devices.on).toBe(1);
  cleanup();
  expect(calls.devices.on).toBe(0);
});

test('a refusal says what to do in this browser, and trying again may succeed', async () => {
  const calls = new ScriptedOracleCalls(new FakeClock());
  const prompt = calls.devices.ask();
  await renderBelow(calls, <PreCallCheck />);
  await click('Check microphone and camera');
  expect(screen.getByText('Your browser may ask whether this page may use them. Allow it.')).toBeTruthy();
  await act(async () => prompt.deny());
  const face = screen.getByRole('alert');
  expect(face.getAttribute('data-face')).toBe('microphone-denied');
  expect(face.textContent).toContain('Allow it in your browser’s settings for this page');
  calls.devices.ask().grant();
  await click('Try again');
  expect(screen.queryByRole('alert')).toBeNull();
  expect(calls.devices.on).toBe(2);
});

test('devices, volume and a test sound are offered without switching anything on', async () => {
  const calls = new ScriptedOracleCalls(new FakeClock());
  await renderBelow(calls, <DeviceSettings />);
  const microphone = screen.getByRole('combobox', { name: 'Microphone' });
  await act(async () => void fireEvent.change(microphone, { target: { value: 'headset' } }));
  expect(calls.devices.snapshot.chosen.microphone).toBe('headset');
  const volume = screen.getByRole('slider', { name: 'Volume of the oracle' });
  await act(async () => void fireEvent.change(volume, { target: { value: '0.5' } }));
  expect(calls.devices.snapshot.volume).toBe(0.5);
  await click('Play a test sound');
  expect(calls.devices.testSounds).toBe(1);
  expect(calls.devices.on).toBe(0);
});
