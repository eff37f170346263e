// @vitest-environment jsdom
import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { StrictMode, type ReactNode } from 'react';
import { afterEach, expect, test } from 'vitest';
import { useDeviceCheck } from '../hooks/use-devices.ts';
import { LEVEL_POLL_MS } from '../store/moving-values.ts';
import { DeviceSelect, LevelMeter, VolumeSlider } from './devices.tsx';
import { showPage } from './page.fixture.tsx';

afterEach(cleanup);

test('devices are chosen by their names, and the choice is what the SDK says', async () => {
  const { calls, settle, violations } = showPage(
    <>
      <DeviceSelect kind="microphone" />
      <DeviceSelect kind="camera" />
      <DeviceSelect kind="speaker" />
      <VolumeSlider />
    </>,
  );
  const microphone = screen.getByLabelText<HTMLSelectElement>('Microphone');
  expect([...microphone.options].map(({ text }) => text)).toEqual([
    "The system's choice",
    'Desk microphone',
    'Headset',
  ]);
  fireEvent.change(microphone, { target: { value: 'headset' } });
  await settle();
  expect(calls.devices.snapshot.chosen.microphone).toBe('headset');
  expect(microphone.value).toBe('headset');
  fireEvent.change(microphone, { target: { value: '' } });
  await settle();
  expect(calls.devices.snapshot.chosen.microphone).toBeUndefined();
  fireEvent.change(screen.getByLabelText('Volume'), { target: { value: '0.25' } });
  expect(calls.devices.snapshot.volume).toBe(0.25);
  expect(screen.getByLabelText('Volume').getAttribute('aria-valuetext')).toBe('25 %');
  expect(await violations()).toEqual([]);
});

test('devices without a name are counted, and speakers are no choice where the browser gives none', () => {
  const { calls } = showPage(
    <>
      <DeviceSelect kind="camera" />
      <DeviceSelect kind="speaker" />
    </>,
  );
  act(() =>
    calls.devices.change({
      canChooseSpeaker: false,
      devices: { ...calls.devices.snapshot.devices, camera: [{ deviceId: 'a', label: '' }] },
    }),
  );
  expect(screen.getByRole('option', { name: 'Camera 1' })).toBeDefined();
  expect(screen.queryByLabelText('Speaker')).toBeNull();
});

test('a level meter follows its track', async () => {
  const track = { level: () => 0.4 };
  const { advance } = showPage(<LevelMeter track={track} />);
  const meter = screen.getByRole<HTMLMeterElement>('meter', { name: 'Loudness' });
  expect(meter.value).toBe(0);
  await advance(LEVEL_POLL_MS);
  expect(meter.value).toBe(0.4);
});

function Check({ camera = false }: { readonly camera?: boolean }): ReactNode {
  const { look, retry } = useDeviceCheck({ microphone: true, camera });
  return (
    <>
      <p role="status">{look.status === 'failed' ? look.error.code : look.status}</p>
      <button type="button" onClick={retry}>
        retry
      </button>
    </>
  );
}

test('devices are on for a look while the component is there, StrictMode or not, and off afterwards', async () => {
  const { calls, settle, rerender, unmount } = showPage(
    <StrictMode>
      <Check />
    </StrictMode>,
  );
  await settle();
  expect(screen.getByRole('status').textContent).toBe('on');
  expect(calls.devices.on).toBe(1);
  rerender(
    <StrictMode>
      <Check camera />
    </StrictMode>,
  );
  await settle();
  expect(calls.devices.on).toBe(2);
  unmount();
  expect(calls.devices.on).toBe(0);
});

test('a look that is no longer wanted when the person allows it stays off', async () => {
  const page = showPage(<p>before</p>);
  const prompt = page.calls.devices.ask();
  page.rerender(<Check />);
  await page.settle();
  expect(screen.getByRole('status').textContent).toBe('asking');
  page.unmount();
  prompt.grant();
  await page.clock.settle();
  expect(page.calls.devices.on).toBe(0);
});

test('a look that is denied says so, and can be asked for again', async () => {
  const page = showPage(<p>before</p>);
  const prompt = page.calls.devices.ask();
  page.rerender(<Check />);
  await page.settle();
  prompt.deny();
  await page.settle();
  expect(screen.getByRole('status').textContent).toBe('ERR_MEDIA_DEVICE');
  page.calls.devices.ask().grant();
  fireEvent.click(screen.getByText('retry'));
  await page.settle();
  expect(screen.getByRole('status').textContent).toBe('on');
  expect(page.calls.devices.on).toBe(1);
});
